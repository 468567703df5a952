"""Whether a capture shows a living person doing what was asked: actions, timing, replay, colours, PAD.

Import any module; most are pure functions over observations.
"""
