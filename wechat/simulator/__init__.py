"""A simulator of WeChat's server, for the demo and the tests: `python -m wechat.simulator`.

It answers the calls that the gateway makes as api.weixin.qq.com answers them (HTTP 200 with an
errcode), keeps what each openid would see in its chat, and injects faults on request.
"""
