"""The worker's jobs: which ones are due according to the tables, and how each is done.

Import `due` (the kinds of jobs) and `work` (the queue, and doing one job).
"""
