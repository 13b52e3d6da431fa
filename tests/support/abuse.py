"""Clients that a server must survive: `python -m support.abuse PORT TOKEN KIND …` misbehaves until it is ended.

A process of its own, so that what it costs is not felt by the well-behaved client that a test measures. Raw sockets,
to this machine only. Each kind keeps its number of connections: one that the server closes is opened again.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import resource
import socket
import sys
from collections.abc import Awaitable, Callable, Iterator

Client = Callable[[asyncio.StreamReader, asyncio.StreamWriter, "Target"], Awaitable[None]]

PATH = "/api/v1/ingest_events"


class Target:
    def __init__(self, port: int, token: str) -> None:
        self.port = port
        self.token = token

    def head(self, *headers: str) -> bytes:
        lines = [f"POST {PATH} HTTP/1.1", "Host: localhost", f"Authorization: Bearer {self.token}", *headers, "", ""]
        return "\r\n".join(lines).encode()


async def idle(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter, _target: Target) -> None:
    """Says nothing at all."""
    await reader.read()


async def idle_after_a_request(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, _target: Target) -> None:
    writer.write(b"GET /up HTTP/1.1\r\nHost: localhost\r\n\r\n")
    await reader.read()


async def slow_head(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter, target: Target) -> None:
    """One byte a second, and never done."""
    for byte in itertools.chain(target.head()[:-2], itertools.cycle(b"X-More: and more\r\n")):
        writer.write(bytes([byte]))
        await writer.drain()
        await asyncio.sleep(1)


async def slow_body(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter, target: Target) -> None:
    writer.write(target.head("Content-Type: application/json", "Content-Length: 100000"))
    for byte in itertools.cycle(b'{"event": '):
        writer.write(bytes([byte]))
        await writer.drain()
        await asyncio.sleep(1)


async def slow_chunks(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter, target: Target) -> None:
    writer.write(target.head("Content-Type: application/json", "Transfer-Encoding: chunked"))
    while True:
        writer.write(b"1\r\n{\r\n")
        await writer.drain()
        await asyncio.sleep(1)


async def endless_body(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, target: Target) -> None:
    """As fast as the server takes it."""
    writer.write(target.head("Content-Type: application/json", "Transfer-Encoding: chunked"))
    chunk = b"4000\r\n" + b"{" * 0x4000 + b"\r\n"
    while not reader.at_eof():
        writer.write(chunk)
        await writer.drain()


async def endless_bytes(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, target: Target) -> None:
    """A length of a terabyte, and all of it meant."""
    writer.write(target.head("Content-Type: application/json", f"Content-Length: {1 << 40}"))
    while not reader.at_eof():
        writer.write(b"{" * 0x4000)
        await writer.drain()


async def endless_head(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, target: Target) -> None:
    writer.write(target.head()[:-2])
    while not reader.at_eof():
        writer.write(b"X-More: and more\r\n" * 100)
        await writer.drain()


LIES = [
    b"FFFFFFFF\r\nshort\r\n0\r\n\r\n",
    b"-5\r\nhello\r\n0\r\n\r\n",
    b"5\r\nhello, too long\r\n0\r\n\r\n",
    b"zz\r\nhello\r\n0\r\n\r\n",
    b"\r\n\r\n\r\n",
    b"0" * 60_000 + b"1\r\nx\r\n0\r\n\r\n",
    b"f" * 60_000 + b"\r\nx\r\n0\r\n\r\n",
    b"1;" + b"e" * 60_000 + b"\r\nx\r\n0\r\n\r\n",
    b"1\r\nx\r\n" * 10_000 + b"0\r\n" + b"Trailer: and more\r\n" * 10_000 + b"\r\n",
    b"5\r\nhel",
]


async def chunked_lies(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, target: Target) -> None:
    for lie in _shuffled(LIES):
        writer.write(target.head("Content-Type: application/json", "Transfer-Encoding: chunked") + lie)
        await writer.drain()
        if await _answer_or_silence(reader):
            return


async def length_lies(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, target: Target) -> None:
    """Fewer bytes than promised, then the end of the sending side."""
    writer.write(target.head("Content-Type: application/json", "Content-Length: 1000") + b'{"event": {}}')
    await writer.drain()
    writer.write_eof()
    await _answer_or_silence(reader)


GARBAGE = [
    os.urandom(20_000),
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + os.urandom(500),
    b"\r\n" * 30_000,
    b"GET /up HTTP/1.1\r\nHost: localhost\r\n\r\n" * 100,
    b"GET / HTTP/9.9\r\n\r\n" * 500,
    b"POST /api/v1/ingest_events HTTP/1.1\r\nContent-Length: -1\r\n\r\n" * 500,
    b"POST /api/v1/ingest_events HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" * 500,
    b"GET /\x00\xff HTTP/1.1\r\nHost: \xff\r\n\r\n" * 500,
    b"{" * 100_000,
]


async def pipelined_garbage(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, _target: Target) -> None:
    """Behind something that is answered."""
    for garbage in _shuffled(GARBAGE):
        writer.write(b"GET /up HTTP/1.1\r\nHost: localhost\r\n\r\n" + garbage)
        await writer.drain()
        if await _answer_or_silence(reader):
            return


async def deaf(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter, _target: Target) -> None:
    """Asks for more than its buffers hold, and takes no answer."""
    writer.transport.pause_reading()  # type: ignore[attr-defined]
    writer.write(b"GET /static/styles/components.css HTTP/1.1\r\nHost: localhost\r\n\r\n" * 1000)
    await asyncio.sleep(3600)


# How many connections of each kind.
KINDS: dict[str, list[tuple[Client, int]]] = {
    "slow": [(slow_head, 150), (slow_body, 150), (slow_chunks, 150)],
    "idle": [(idle, 1000), (idle_after_a_request, 1000)],
    "endless": [(endless_body, 20), (endless_bytes, 10), (endless_head, 10)],
    "lies": [(chunked_lies, 8), (length_lies, 8)],
    "garbage": [(pipelined_garbage, 8)],
    "deaf": [(deaf, 20)],
}


def _shuffled(pieces: list[bytes]) -> Iterator[bytes]:
    turn = int.from_bytes(os.urandom(2)) % len(pieces)
    return iter(pieces[turn:] + pieces[:turn])


async def _answer_or_silence(reader: asyncio.StreamReader) -> bool:
    """Take what comes for a moment; whether the connection was closed."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(0.2):
            while await reader.read(65536):
                pass
        return True
    return False


async def _connected(port: int) -> socket.socket:
    connection = socket.socket()
    try:
        connection.setblocking(False)
        # So that the server's answers do not all fit into what the system keeps for us.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        await asyncio.get_running_loop().sock_connect(connection, ("127.0.0.1", port))
    except BaseException:
        connection.close()
        raise
    return connection


async def _misbehave(client: Client, target: Target) -> None:
    while True:
        with contextlib.suppress(OSError):
            reader, writer = await asyncio.open_connection(sock=await _connected(target.port))
            try:
                await client(reader, writer, target)
            finally:
                writer.close()
        # A refused one would come back at once, which is another kind of abuse.
        await asyncio.sleep(0.1)


async def main(port: int, token: str, kinds: list[str]) -> None:
    target = Target(port, token)
    async with asyncio.TaskGroup() as all_of_them:
        for kind in kinds:
            for client, number in KINDS[kind]:
                for _ in range(number):
                    all_of_them.create_task(_misbehave(client, target))


if __name__ == "__main__":
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(8192, hard), hard))
    # Elsewhere these clients would not use the processors of the server.
    os.nice(10)
    asyncio.run(main(int(sys.argv[1]), sys.argv[2], sys.argv[3:]))
