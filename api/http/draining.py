"""Drain the rest of a refused body, so that the client gets the error instead of a reset connection.

A server that closes the connection while a body still arrives resets it; a proxy turns that into 502.
"""

from datetime import timedelta

from flask import Response, request

from api.ports import Ports

CHUNK = 256 * 1024
MOST_BYTES = 256 * 1024 * 1024
LONGEST = timedelta(seconds=20)


def drain(ports: Ports, response: Response) -> Response:
    """Read and discard the rest of the request's body, at most 256 MB and 20 s."""
    body, left, until = request.environ["wsgi.input"], MOST_BYTES, ports.now() + LONGEST
    is_chunked = "HTTP_TRANSFER_ENCODING" in request.environ
    if not (request.content_length or is_chunked):
        return response
    try:
        while left > 0 and ports.now() < until and (read := body.read(CHUNK)):
            left -= len(read)
    except (OSError, ValueError):
        # The client disconnected or its body is malformed: nothing is left to read.
        pass
    return response
