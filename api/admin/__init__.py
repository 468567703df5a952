"""What an operator or administrator does: institutions, staff, enrolment, audit, the opt-in funnel.

Import any module.
"""
