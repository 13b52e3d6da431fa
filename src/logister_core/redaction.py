"""Hiding secrets when stored telemetry is shown or leaves the server (ingest chapter §12, read API §12.1).

Applied on read, never at intake: what a client sent stays as evidence. Keys decide; text is searched only for our own
tokens, which clients like to show in the locals of a frame that holds the client itself.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Final

REDACTED: Final = "[REDACTED]"

# As made by ApiKeyService, a prefix of the operator's choice and 24 random bytes, and by MobileTokenService.
_OWN_API_KEY = re.compile(r"[A-Za-z0-9_-]{1,40}_[0-9a-f]{48}(?:[0-9a-f]{16})?(?![0-9a-f])")

_KEY_WORD = re.compile(r"[^a-z0-9]key(?![a-z0-9])", re.IGNORECASE)
_NOT_ALPHANUMERIC = re.compile(r"[^a-z0-9]")
_WORDS = re.compile(r"[A-Z]+(?![a-z])[0-9]*|[A-Z]?[a-z]+[0-9]*|[0-9]+")

# Long enough to be found anywhere in a key.
_CONTAINED: Final = (
    "passw", "email", "secret", "token", "apikey", "privatekey", "authorization", "cookie", "certificate",
)  # fmt: skip
# Short words hide in harmless ones (class_name, root_path, basalt), so they must be words of their own.
_WHOLE_WORDS: Final = frozenset(
    {
        "otp", "totp", "hotp", "ssn", "cvv", "cvv2", "cvc", "cvc2", "salt", "salts", "salted", "crypt",
        "crypted", "bcrypt", "scrypt", "encrypted",
    }
)  # fmt: skip
_WORD_ENDINGS: Final = ("otp", "ssn", "cvv", "cvc", "crypt")
_IDENTITIES: Final = frozenset(
    {
        "advertisingid", "advertisingidentifier", "androidid", "deviceid", "deviceserial", "hardwareid",
        "hardwareserial", "idfa", "idfv", "identifierforvendor", "imei", "installationhash",
        "installationid", "installationidhash", "meid", "sessionhash", "sessionid", "subscriberid",
        "traceid", "requestid", "spanid", "parentspanid", "userid", "useridentifier",
    }
)  # fmt: skip
_CHILD_IDENTITIES: Final = {
    "installation": frozenset({"id", "idhash", "hash"}),
    "session": frozenset({"id", "idhash", "hash"}),
    "user": frozenset({"id", "idhash", "hash", "identifier"}),
}


def redact(value: Any, parent: str | None = None) -> Any:
    """A copy of `value` in which the whole value of each sensitive key is `"[REDACTED]"`.

    True, false and null stay: they tell whether something was set without telling what. `parent` is the key
    under which `value` lies; arrays are transparent, their objects have the array's key as parent.
    """
    if isinstance(value, dict):
        return {
            key: REDACTED
            if item is not None and not isinstance(item, bool) and is_sensitive(key, parent)
            else redact(item, key)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [redact(item, parent) for item in value]
    if isinstance(value, str) and len(value) > 48:
        return _OWN_API_KEY.sub(REDACTED, value)
    return value


def is_sensitive(key: str, parent: str | None = None) -> bool:
    """Whether the value of `key`, lying in the object under `parent`, must not be shown."""
    if _is_sensitive_anywhere(key):
        return True
    if parent is None:
        return False
    children = _CHILD_IDENTITIES.get(_identity(parent))
    return children is not None and _identity(key) in children


def _identity(key: str) -> str:
    return _NOT_ALPHANUMERIC.sub("", key.lower())


@lru_cache(maxsize=4096)
def _is_sensitive_anywhere(key: str) -> bool:
    identity = _identity(key)
    return (
        identity in _IDENTITIES
        or any(part in identity for part in _CONTAINED)
        or _KEY_WORD.search(key) is not None
        or identity in _WHOLE_WORDS
        or any(_is_sensitive_word(word.lower()) for word in _WORDS.findall(key))
    )


def _is_sensitive_word(word: str) -> bool:
    return word in _WHOLE_WORDS or word.endswith(_WORD_ENDINGS)
