"""A simulator of WeChat's server, for the demo and the tests: `python -m wechat.simulator`.

It answers the gateway's calls as api.weixin.qq.com does (HTTP 200 with an errcode), stores what each openid's
chat shows, and injects faults on request. The demo runs it as a process; tests import `server`, `account`,
`faults` and `store`.
"""
