"""Plays phone, WeChat and matcher for the invented persons of a sandbox institution; import `player`."""
