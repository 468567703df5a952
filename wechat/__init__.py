"""WeChat: a gateway over wechatpy, and a simulator of WeChat's server. Imports nothing of ours."""
