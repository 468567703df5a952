"""The application: Flask routes and pages, a worker, and one package a capability.

`composition` builds the ports they use.
"""
