"""Models of requests and responses, as OpenAPI publishes them.

Routes and presenters import any module.
"""
