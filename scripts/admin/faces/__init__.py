"""Commands about the models that compare faces.

Import any module.
"""
