"""Generators of files derived from the code: mini-program types and tables, OpenAPI, reference pages.

Run as `python -m scripts.codegen`; tests import the generators.
"""
