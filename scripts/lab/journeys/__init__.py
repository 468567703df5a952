"""Plays the five journeys on a whole stack while its processes are killed, restarted and upgraded.

Import `run`; what is disturbed is in `disturbances`, what must not be in a log in `canary`.
"""
