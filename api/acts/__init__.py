"""The record of what operators see and do: one hash chain, anchored like the events'.

May be imported by whatever lets an operator see or do something.
"""
