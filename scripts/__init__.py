"""Commands: admin/ for operators in production, lab/ for measurements, demo/, phone/ and codegen/.

The modules beside them are aliases for documented command names (`python -m scripts.enrol`).
"""
