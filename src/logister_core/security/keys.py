"""One key per purpose, all from the installation's secret."""

from __future__ import annotations

import hashlib
import hmac


def derived_key(secret: str, purpose: str) -> bytes:
    """32 bytes; keys of different purposes tell nothing about each other or about the secret.

    The extract step of HKDF is left out (RFC 5869 §3.3): the secret is random text of 32 characters or more.
    """
    return hmac.new(secret.encode(), b"logister key: " + purpose.encode(), hashlib.sha256).digest()
