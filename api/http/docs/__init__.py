"""The OpenAPI document, its examples and error codes, and the guide for till programmers.

Imported by `app` alone.
"""
