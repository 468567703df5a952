"""What the outside learns of a verification: event feed, streams, webhooks, their log and the self-test.

Import any module.
"""
