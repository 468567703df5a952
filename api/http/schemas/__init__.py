"""The shapes of requests and answers, as OpenAPI publishes them."""
