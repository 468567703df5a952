"""WeChat: a gateway over wechatpy, callbacks, and a simulator of WeChat's server.

Imports no other package of the project. Import `protocol`, `gateway`, `callbacks`, `errors`, `events`,
`refusals` and `tokens`.
"""
