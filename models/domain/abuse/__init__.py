"""Rules that find abuse among purchases: who, why with numbers, and which cases. Pure.

Import any module.
"""
