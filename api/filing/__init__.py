"""Papers for filing the processing of faces with the cyberspace office, made from code, settings and tables.

Import `writing`.
"""
