"""The domain rules: standard library only, without I/O, clock or random numbers.

Import any module.
"""
