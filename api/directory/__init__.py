"""Who an ID number belongs to, who is in the family network, which face is on record.

Others call `identify` and the directory behind the ports.
"""
