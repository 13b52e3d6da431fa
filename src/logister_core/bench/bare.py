"""The least a server can do: `python -m logister_core.bench.bare PORT` answers every request at once, and the same.

What the load generator reaches here is the most it can show of any server.
"""

from __future__ import annotations

import selectors
import socket
import sys

from logister_core.bench.load import is_complete

BODY = b'{"id":"00000000-0000-4000-8000-000000000000","legacy_id":1,"status":"accepted"}'
ANSWER = b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (len(BODY), BODY)


def serve(port: int) -> None:
    """Serve forever; one request at a time on each connection."""
    listener = socket.create_server(("127.0.0.1", port), backlog=1024)
    selector = selectors.DefaultSelector()
    selector.register(listener, selectors.EVENT_READ)
    pending: dict[socket.socket, bytes] = {}
    while True:
        for key, _ in selector.select():
            if key.fileobj is listener:
                connection, _ = listener.accept()
                pending[connection] = b""
                selector.register(connection, selectors.EVENT_READ, connection)
                continue
            connection = key.data
            data = connection.recv(65536)
            if not data:
                selector.unregister(connection)
                del pending[connection]
                connection.close()
                continue
            data = pending[connection] + data
            complete = is_complete(data)
            pending[connection] = b"" if complete else data
            if complete:
                connection.sendall(ANSWER)


if __name__ == "__main__":
    serve(int(sys.argv[1]))
