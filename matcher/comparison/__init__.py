"""Whether two faces are the same person: embeddings, comparison scores and their published error rates.

Import any module.
"""
