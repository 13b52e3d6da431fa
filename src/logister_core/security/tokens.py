"""Random tokens, what is stored of them, and signatures."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

from logister_core.security.keys import derived_key


def new_token() -> str:
    """32 random bytes, URL-safe."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """SHA-256 of a random token, lower-case hex: what the database keeps. Not for passwords."""
    return hashlib.sha256(_bytes(token)).hexdigest()


def same(left: str, right: str) -> bool:
    """Whether two secrets are equal, in a time that does not tell where they differ."""
    return hmac.compare_digest(_bytes(left), _bytes(right))


class Signer:
    """Signatures of one purpose; those of another purpose do not verify."""

    def __init__(self, secret: str, purpose: str) -> None:
        self._key = derived_key(secret, purpose)

    def signature(self, message: str) -> str:
        raw = hmac.new(self._key, _bytes(message), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()

    def sign(self, payload: bytes) -> str:
        """`payload` with its signature, in characters that a cookie may hold."""
        text = base64.urlsafe_b64encode(payload).rstrip(b"=").decode()
        return f"{text}.{self.signature(text)}"

    def verified(self, signed: str) -> bytes | None:
        """The payload of `sign`, or None when it was not signed here."""
        text, _, signature = signed.rpartition(".")
        if not text or not same(signature, self.signature(text)):
            return None
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _bytes(text: str) -> bytes:
    # Outside text may hold anything, lone surrogates included; comparing it must not fail.
    return text.encode("utf-8", "surrogatepass")
