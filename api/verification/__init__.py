"""One purchase's verification from creation to receipt: case, attempts, agents, bypass and expiry.

Import any module, and change a verification only through `case` and `record`.
"""
