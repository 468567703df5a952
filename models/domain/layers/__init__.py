"""Checks beside the comparison: screen colours sent one at a time, a try's risk, score backgrounds."""
