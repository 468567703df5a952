"""Persons by ID number, family networks, and reference photos.

Other packages use `identify` and the directory in the ports.
"""
