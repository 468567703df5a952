"""WeChat contacts of persons: bindings, till codes, message credits, and the events WeChat pushes.

Import any module.
"""
