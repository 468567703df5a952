"""Measure frames and photos and report the facts; imports no other package of this project.

Callers use `types`, `protocol` and `errors`, and build a `local.LocalMatcher` or a
`service.remote.RemoteMatcher`; `examine`, `observe` and `models` put the packages together.
"""
