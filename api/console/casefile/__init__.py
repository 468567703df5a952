"""What an appeal's page tells beside its forms: alerts, steps, score axis, insured, verdicts.

Import any module.
"""
