"""Reading the rest of a body that was refused, so that the client hears why instead of a broken connection.

A server that answers and closes while a body still comes in resets the connection; a proxy makes 502 of it.
"""

from datetime import timedelta

from flask import Response, request

from api.ports import Ports

CHUNK = 256 * 1024
MOST_BYTES = 256 * 1024 * 1024
LONGEST = timedelta(seconds=20)


def drain(ports: Ports, response: Response) -> Response:
    """Read and forget what is left of the request's body, within 256 MB and 20 s."""
    body, left, until = request.environ["wsgi.input"], MOST_BYTES, ports.now() + LONGEST
    is_chunked = "HTTP_TRANSFER_ENCODING" in request.environ
    if not (request.content_length or is_chunked):
        return response
    try:
        while left > 0 and ports.now() < until and (read := body.read(CHUNK)):
            left -= len(read)
    except (OSError, ValueError):
        # The client has gone, or what it sends is no body: there is nothing left to read.
        pass
    return response
