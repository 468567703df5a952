"""Identity rules: names, document numbers, spreadsheet cells, guesses, and held photos.

Import, till, popup and phone all use `names` and `idnumber`.
"""
