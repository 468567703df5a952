"""`python -m scripts.stack.forward FROM TO`: forward bytes from one local port to another.

The target can be made unreachable and reachable again without losing what it holds in memory.
"""

import asyncio
import sys
from contextlib import suppress

MOST_BYTES = 65536


async def serve(listening: int, behind: int) -> None:
    """Forward every connection until told to stop."""

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            there, back = await asyncio.open_connection("127.0.0.1", behind)
            await asyncio.gather(_copy(reader, back), _copy(there, writer))
        writer.close()

    server = await asyncio.start_server(carry, "127.0.0.1", listening)
    async with server:
        await server.serve_forever()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while some := await reader.read(MOST_BYTES):
            writer.write(some)
            await writer.drain()
    writer.close()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), int(sys.argv[2])))
