"""Tallies of the event log, and the funnel from push to pass that they show.

Import any module.
"""
