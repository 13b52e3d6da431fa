"""Encryption of what we must be able to read again (specification, accounts chapter §11.3)."""

from __future__ import annotations

import base64
import binascii
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from logister_core.errors import LogisterError

KEY_BYTES = 32
NONCE_BYTES = 12
_VERSION = "v1"


class Undecipherable(LogisterError):
    """Encrypted with another secret, for another place, or damaged; which of them cannot be told."""


class Cipher:
    """AES-256-GCM with a key of its own for each purpose. Texts look like `v1:<base64 of nonce and ciphertext>`."""

    def __init__(self, secret: str, purpose: str) -> None:
        key = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose.encode()).derive(secret.encode())
        self._aead = AESGCM(key)

    def encrypt(self, text: str, place: str) -> str:
        """`place` names where the result is kept; it can be read nowhere else."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = self._aead.encrypt(nonce, text.encode(), place.encode())
        return f"{_VERSION}:{base64.b64encode(nonce + sealed).decode()}"

    def decrypt(self, sealed: str, place: str) -> str:
        """Raises `Undecipherable`."""
        version, _, encoded = sealed.partition(":")
        try:
            raw = base64.b64decode(encoded, validate=True)
            if version != _VERSION or len(raw) <= NONCE_BYTES:
                raise Undecipherable
            return self._aead.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], place.encode()).decode()
        except (InvalidTag, binascii.Error, UnicodeDecodeError):
            # Without the cause: its traceback would hold what could be read.
            raise Undecipherable from None
