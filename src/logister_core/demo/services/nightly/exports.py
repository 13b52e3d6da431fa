"""Invoices for the accountants."""

from __future__ import annotations

import socket


class ExportFailed(Exception):
    """Nothing was delivered; the next run delivers it all."""


def export_invoices(*, day: str, count: int) -> int:
    rows = [f"{day};{number:05d}" for number in range(count)]
    try:
        upload(f"invoices-{day}.csv", "\n".join(rows).encode())
    except OSError as error:
        raise ExportFailed(f"{count} invoices of {day} were not delivered") from error
    return count


def upload(name: str, content: bytes) -> None:
    # The accountants' server went away in the middle of the transfer.
    ours, theirs = socket.socketpair()
    theirs.close()
    with ours:
        ours.sendall(f"STOR {name}\r\n".encode())
        ours.sendall(content)
