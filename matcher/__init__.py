"""Measures frames and photos and reports facts; imports no other package of this project.

Callers use `types`, `protocol` and `errors`, and build a `local.LocalMatcher` or a
`service.remote.RemoteMatcher`; `examine`, `observe` and `models` combine the packages.
"""
