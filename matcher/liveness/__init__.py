"""Liveness of a capture: actions, timing, replay, colour response, PAD.

Import any module; most are pure functions over observations.
"""
