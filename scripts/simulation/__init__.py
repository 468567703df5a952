"""Simulates eight weeks of an invented town: its people, the visits at its tills, and planted frauds.

`town` and `visits` draw people and behaviour, `frauds` plants frauds whose truth is recorded; `playing` runs
every visit through the real actions on a simulated clock. Import `history`; `command` is `yibao simulate`.
"""
