"""Simulates phone, WeChat and matcher for a sandbox institution's invented persons; import `player`."""
