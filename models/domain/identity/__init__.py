"""Who somebody says they are: one rule for names and one for document numbers.

Import, till, popup and phone ask `names` and `idnumber`.
"""
