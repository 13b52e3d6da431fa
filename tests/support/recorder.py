"""Writes down what a client sends: a server that accepts everything, and the command that runs the client.

    PYTHONPATH=tests python -m support.recorder FOLDER [--hide FOUND=WRITTEN]… -- COMMAND…

The command finds the server in LOGISTER_BASE_URL (and LOGISTER_ENDPOINT) and the key in LOGISTER_API_KEY. Before
each call of the client it says `PUT /steps/LABEL`; the requests that follow become `FOLDER/NN-LABEL.json`, with the
signal behind the label where a step made several. What a file already says under `expected` stays there.
"""

from __future__ import annotations

import argparse
import base64
import gzip
import hashlib
import json
import os
import platform
import re
import subprocess
import sys
import threading
from collections import Counter
from datetime import UTC, datetime
from functools import reduce
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

KEY = "logister_" + "0123456789abcdef" * 3
KEY_PLACEHOLDER = "KEY"
# What a proxy may change, and what every run has anew.
NOT_RECORDED = {"host", "content-length", "connection"}
NEUTRAL_PLATFORM = "Linux-6.1.0-44-amd64-x86_64-with-glibc2.36"
NEUTRAL_HOSTNAME = "web-1"
# What the operating system gave to this run: processes, threads, places in memory.
NUMBERS = re.compile(r'("(?:process_id|processPid|process|pid|thread)":\s*)\d+')
ADDRESSES = re.compile(r"\b0x[0-9a-f]{6,16}\b")
# The source line of a library's frame: its authors' words, not ours to keep.
LIBRARY_LINE = re.compile(r'(/site-packages/[^"]*","lineno":\d+,"name":"[^"]*","line":")(?:[^"\\]|\\.)*')


class Recording:
    """The requests of one run, in the order of arrival."""

    def __init__(self, hidden: list[tuple[str, str]]) -> None:
        self._hidden = [(re.compile(rf"(?<![\w-]){re.escape(found)}(?![\w-])"), written) for found, written in hidden]
        self._lock = threading.Lock()
        self.steps: dict[str, list[dict[str, Any]]] = {}

    def begin(self, label: str) -> None:
        self.steps[f"{len(self.steps) + 1:02d}-{label}"] = []

    def add(self, path: str, headers: list[tuple[str, str]], body: bytes) -> None:
        with self._lock:
            requests = self.steps[list(self.steps)[-1]]
            received_at = datetime.now(UTC).isoformat()
            requests.append({"received_at": received_at, **self._neutral(path, headers, body)})

    def _neutral(self, path: str, headers: list[tuple[str, str]], body: bytes) -> dict[str, Any]:
        zipped = any(name.lower() == "content-encoding" and value == "gzip" for name, value in headers)
        raw = gzip.decompress(body) if zipped else body
        text = raw.decode()
        for found, written in self._hidden:
            text = found.sub(written, text)
        for found, written in ((NUMBERS, r"\g<1>4242"), (ADDRESSES, "0x7f0000000000"), (LIBRARY_LINE, r"\1call()")):
            text = found.sub(written, text)
        # A client may name a body by its digest.
        renamed = {hashlib.sha256(raw).hexdigest(): hashlib.sha256(text.encode()).hexdigest(), KEY: KEY_PLACEHOLDER}
        kept = {}
        for name, value in headers:
            if name.lower() not in NOT_RECORDED:
                kept[name] = reduce(lambda text, pair: text.replace(*pair), renamed.items(), value)
        if zipped:
            packed = body if text.encode() == raw else gzip.compress(text.encode(), mtime=0)
            content = {"gzip": base64.b64encode(packed).decode()}
        else:
            content = {"body": text}
        return {"method": "POST", "path": path, "headers": kept, **content}

    def write(self, folder: Path, client: str) -> list[str]:
        """One file for each request; returns what went wrong."""
        folder.mkdir(parents=True, exist_ok=True)
        problems, written = [], set()
        for step, requests in self.steps.items():
            if not requests:
                problems.append(f"{step}: nothing was sent")
            seen: Counter[str] = Counter()
            for request in requests:
                name = step
                if len(requests) > 1:
                    kind = signal(request)
                    seen[kind] += 1
                    name += f"-{kind}" if seen[kind] == 1 else f"-{kind}-{seen[kind]}"
                path = folder / f"{name}.json"
                known = json.loads(path.read_text()) if path.exists() else {}
                document = {"client": client, "request": request, "expected": known.get("expected")}
                path.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n")
                written.add(path)
                if document["expected"] is None:
                    problems.append(f"{path}: nothing is expected of it yet")
        problems += [f"{path}: was not recorded again" for path in sorted(folder.glob("*.json")) if path not in written]
        return problems


def signal(request: dict[str, Any]) -> str:
    """What the request carries: error, span, check_in, deployment, batch …"""
    name: str = request["path"].rsplit("/", 1)[-1]
    return json.loads(request["body"])["event"]["event_type"] if name == "ingest_events" else name.rstrip("s")


class Handler(BaseHTTPRequestHandler):
    """Answers as the contract says (specification, ingest chapter §14)."""

    protocol_version = "HTTP/1.1"
    recording: Recording
    ids = count(1)

    def do_PUT(self) -> None:
        self.recording.begin(self.path.removeprefix("/steps/"))
        self._answer(200, {})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.recording.add(self.path, self.headers.items(), body)
        if self.path.endswith("/batch"):
            self._answer(202, self._accepted_batch(gzip.decompress(body)))
        elif self.path.endswith("/check_ins"):
            self._answer(201, {"id": str(uuid4()), "status": "accepted"})
        else:
            accepted = {"id": str(uuid4()), "legacy_id": next(self.ids), "status": "accepted"}
            is_span = json.loads(body).get("event", {}).get("event_type") == "span"
            self._answer(201, accepted | ({"type": "span"} if is_span else {}))

    def _accepted_batch(self, raw: bytes) -> dict[str, Any]:
        events = [json.loads(line)["event"] for line in raw.splitlines()]
        results = [
            {
                "index": index,
                "status": "accepted",
                "type": "span" if event["event_type"] == "span" else "event",
                "id": event["uuid"],
                "legacy_id": next(self.ids),
                "duplicate": False,
            }
            for index, event in enumerate(events)
        ]
        return {
            "schema_version": 1,
            "batch_id": self.headers["X-Logister-Batch-Id"],
            "status": "accepted",
            "accepted": len(results),
            "duplicates": 0,
            "results": results,
        }

    def _answer(self, status: int, document: dict[str, Any]) -> None:
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    def handle_error(self, *arguments: Any) -> None:
        # Clients end without closing what they had kept open.
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(*arguments)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="CLIENT-VERSION, where the recordings go")
    parser.add_argument("--hide", action="append", default=[], metavar="FOUND=WRITTEN", help="text of this machine")
    parser.add_argument("command", nargs="+")
    options = parser.parse_args()
    hidden = [tuple(pair.split("=", 1)) for pair in options.hide]
    hidden += [(platform.platform(), NEUTRAL_PLATFORM), (platform.node(), NEUTRAL_HOSTNAME)]
    recording = Handler.recording = Recording(hidden)
    with Server(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}"
        variables = {
            "LOGISTER_BASE_URL": address,
            "LOGISTER_ENDPOINT": f"{address}/api/v1/ingest_events",
            "LOGISTER_API_KEY": KEY,
        }
        status = subprocess.run(options.command, env=os.environ | variables, check=False).returncode
        server.shutdown()
    problems = recording.write(options.folder, options.folder.name)
    for problem in problems:
        print(problem, file=sys.stderr)
    return status or bool(problems)


if __name__ == "__main__":
    sys.exit(main())
