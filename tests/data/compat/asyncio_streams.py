"""A pair of connected streams, inside one process."""
import asyncio
import socket


async def main() -> None:
    left, right = socket.socketpair()
    reader, writer = await asyncio.open_connection(sock=left)
    far_reader, far_writer = await asyncio.open_connection(sock=right)
    writer.write(b"hello\nworld\n")
    await writer.drain()
    print(await far_reader.readline(), await far_reader.readline())
    far_writer.write(b"bye")
    far_writer.close()
    print(await reader.read())
    writer.close()


asyncio.run(main())
