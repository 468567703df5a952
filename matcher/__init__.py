"""Frames in, scores out. Imports nothing of ours."""
