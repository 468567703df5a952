"""The worker's jobs: what the tables say is due, and how each job is done.

Import `due` (the kinds of jobs) and `work` (the queue, and doing one job).
"""
