"""Rules of the law on personal data: impact assessments and the requests of persons.

Import any module.
"""
