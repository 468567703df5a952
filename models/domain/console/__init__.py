"""Rules of the console: accounts and rights, kinds of acts, judging of appeals, recoveries.

Import any module.
"""
