"""Rules that watch an installation: bins of what is counted, and tests of drift. Pure.

Import any module.
"""
