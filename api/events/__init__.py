"""A verification's events for tills and pages: feed, streams, webhooks, their log and the self-test.

Import any module.
"""
