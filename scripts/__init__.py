"""Commands. admin/: an operator's, in production; lab/: measurements; demo/ and phone/; codegen/.

The modules beside them only keep a command's documented name (`python -m scripts.enrol`).
"""
