"""WeChat: a gateway over wechatpy, and a simulator of its server. Imports no other package of the project."""
