"""Administration: institutions, staff, enrolment, audit, keys, the opt-in funnel.

Import any module.
"""
