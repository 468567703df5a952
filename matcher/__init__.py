"""Frames in, facts out; imports nothing of ours.

Callers use `types`, `protocol` and `errors`, and build a `local.LocalMatcher` or a
`service.remote.RemoteMatcher`; `examine`, `observe` and `models` put the packages together.
"""
