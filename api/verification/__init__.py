"""One purchase's check from creation to receipt: the case, its attempts, agents, bypass and expiry.

Import any module, and change a verification only through `case` and `record`.
"""
