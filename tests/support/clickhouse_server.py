"""The HTTP protocol of ClickHouse in front of the engine inside chdb-core: `python clickhouse_server.py PORT FOLDER`.

Storage and SQL are ClickHouse's own; statuses, headers and sign-in are imitated, as far as clickhouse-connect asks for
them. One process owns the folder, and every request gets a handle of its own, so that settings stay apart.
"""

from __future__ import annotations

import base64
import gzip
import json
import os
import re
import sys
import time
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlsplit

# The zone of the engine is that of the process.
os.environ["TZ"] = "UTC"
time.tzset()

import chdb  # noqa: E402
import lz4.frame  # noqa: E402

# Of the address; all else there is a setting or a parameter of the query.
OURS = {"query", "database", "default_format", "query_id", "session_id", "user", "password", "compress", "decompress"}
OURS |= {"wait_end_of_query", "client_protocol_version", "enable_http_compression"}
STATUSES = {60: 404, 81: 404, 47: 404, 516: 403, 164: 403, 252: 500, 241: 500, 159: 500}
INSERT = re.compile(rb"\s*(INSERT\s+INTO\b[^'\"]*?)\bFORMAT\s+(\w+)[ \t;]*\r?\n?", re.IGNORECASE)
FORMAT = re.compile(rb"\bFORMAT\s+(\w+)\s*;?\s*$", re.IGNORECASE)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # A reply in two packets waits 40 ms for the second one.
    wbufsize, disable_nagle_algorithm = -1, True
    folder: ClassVar[str] = ""
    user: ClassVar[str | None] = os.environ.get("CLICKHOUSE_USER")
    password: ClassVar[str] = os.environ.get("CLICKHOUSE_PASSWORD", "")

    def log_message(self, *_: Any) -> None:
        pass

    def do_GET(self) -> None:
        self._reply(200, b"Ok.\n")

    def do_POST(self) -> None:
        given = dict(parse_qsl(urlsplit(self.path).query, keep_blank_values=True))
        try:
            body = decoded(self._body(), self.headers.get("Content-Encoding", ""))
            self._sign_in(given)
            if self.headers.get_content_type() == "multipart/form-data":
                given, body = given | fields(self.headers["Content-Type"], body), b""
            answer, used = run(self.folder, given, given.get("query", "").encode(), body)
        except RuntimeError as error:
            text = str(error)[max(str(error).find("Code: "), 0) :]
            code = int((re.match(r"Code: (\d+)", text) or ["", "1000"])[1])
            self._reply(STATUSES.get(code, 400), text.encode(), {"X-ClickHouse-Exception-Code": str(code)})
        else:
            self._reply(200, answer, {"X-ClickHouse-Format": used, "X-ClickHouse-Summary": json.dumps({})})

    def _body(self) -> bytes:
        if "chunked" not in self.headers.get("Transfer-Encoding", "").lower():
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def _sign_in(self, given: dict[str, str]) -> None:
        if self.user is None:
            return
        scheme, _, token = self.headers.get("Authorization", "").partition(" ")
        pair = base64.b64decode(token).decode() if scheme.lower() == "basic" else ""
        if pair != f"{self.user}:{self.password}":
            raise RuntimeError("Code: 516. DB::Exception: Authentication failed. (AUTHENTICATION_FAILED)")

    def _reply(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {
            "X-ClickHouse-Timezone": "UTC",
            "Content-Length": str(len(body)),
            **(headers or {}),
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


def decoded(body: bytes, encoding: str) -> bytes:
    if encoding == "gzip":
        return gzip.decompress(body)
    out = b"" if encoding == "lz4" else body
    # One frame for each block.
    while encoding == "lz4" and body:
        frame = lz4.frame.LZ4FrameDecompressor()
        out += frame.decompress(body)
        body = frame.unused_data
    return out


def fields(content_type: str, body: bytes) -> dict[str, str]:
    message: Any = message_from_bytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + body)
    parts = ((part.get_param("name", header="content-disposition"), part) for part in message.get_payload())
    return {str(name): part.get_payload(decode=True).decode() for name, part in parts}


def run(folder: str, given: dict[str, str], query: bytes, body: bytes) -> tuple[bytes, str]:
    """The answer, and the name of its format."""
    statement = query + b"\n" + body if query else body
    settings = {name: value for name, value in given.items() if name not in OURS and not name.startswith("param_")}
    parameters = {name.removeprefix("param_"): value for name, value in given.items() if name.startswith("param_")}
    handle = chdb.connect(folder)
    try:
        if given.get("database"):
            handle.query(f"USE `{given['database']}`", "TSV")
        for name, value in settings.items():
            quoted = value.replace("\\", "\\\\").replace("'", "\\'")
            handle.query(f"SET {name} = '{quoted}'", "TSV")
        found = INSERT.match(statement)
        if found:
            with handle.send_insert(found[1].decode(), found[2].decode()) as insert:
                insert.append(statement[found.end() :])
                insert.finish()
            return b"", "TabSeparated"
        used = given.get("default_format", "TabSeparated")
        result = handle.query(statement.decode(), used, params=parameters)
        told = FORMAT.search(statement)
        return result.bytes() or b"", told[1].decode() if told else used
    finally:
        handle.close()


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


def main() -> None:
    port, Handler.folder = int(sys.argv[1]), os.path.realpath(sys.argv[2])
    # As long as one handle is open, the engine stays.
    engine = chdb.connect(Handler.folder)
    try:
        Server(("127.0.0.1", port), Handler).serve_forever()
    finally:
        engine.close()


if __name__ == "__main__":
    main()
