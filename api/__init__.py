"""The application: Flask routes and pages, the worker, and one package for each capability.

`composition` builds the ports they use. Import its packages by what each one's docstring allows.
"""
