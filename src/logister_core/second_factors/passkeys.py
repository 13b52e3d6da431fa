"""Passkeys: registering one, and having one sign a challenge (WebAuthn Level 2, by py_webauthn).

The library is imported where it is used: it brings OpenSSL and ASN.1 along, and few processes ever see a passkey.
"""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from logister_core.accounts.models import User
from logister_core.errors import Refused
from logister_core.second_factors.models import Passkey
from logister_core.security.inputs import one_line

if TYPE_CHECKING:
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor

    from logister_core.types import Request

NAME_LENGTH: Final = 60
MOST: Final = 20
CREDENTIAL_LENGTH: Final = 8_192
UNKNOWN: Final = "This passkey is not known here, or did not answer as it should."


@dataclass(frozen=True, slots=True)
class Site:
    """Where passkeys are good: they are bound to host and origin of LOGISTER_PUBLIC_URL, whatever a request says."""

    host: str
    origin: str

    @classmethod
    def of(cls, public_url: str) -> Site:
        parts = urlsplit(public_url)
        return cls(parts.hostname or "", f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}")

    @property
    def problem(self) -> str | None:
        """Why browsers would refuse; None when they do not."""
        if _is_address(self.host):
            return "Passkeys need a host name; LOGISTER_PUBLIC_URL has a number."
        if not self.origin.startswith("https://") and self.host != "localhost":
            return "Passkeys need https; LOGISTER_PUBLIC_URL begins with http."
        return None


class Passkeys:
    def __init__(self, session: Session, clock: Callable[[], datetime], site: Site) -> None:
        self._session = session
        self._clock = clock
        self.site = site

    @classmethod
    def from_request(cls, context: object, request: Request) -> Passkeys:
        return cls(request.db, request.registry.clock, Site.of(request.settings.product.public_url))

    def registration(self, user: User, existing: Iterable[Passkey]) -> dict[str, Any]:
        """What a browser needs to make a passkey, its challenge included."""
        from webauthn import generate_registration_options
        from webauthn.helpers.structs import (
            AuthenticatorSelectionCriteria,
            ResidentKeyRequirement,
            UserVerificationRequirement,
        )

        options = generate_registration_options(
            rp_id=self.site.host,
            rp_name="Logister",
            user_id=user.uuid.bytes,
            user_name=user.email,
            user_display_name=user.display_name,
            exclude_credentials=_descriptors(existing),
            authenticator_selection=AuthenticatorSelectionCriteria(
                # Those that know whose they are can sign in alone; other keys still are a second factor.
                resident_key=ResidentKeyRequirement.PREFERRED,
                user_verification=UserVerificationRequirement.PREFERRED,
            ),
        )
        return _document(options)

    def register(self, user: User, answer: str, challenge: str, name: str) -> Passkey:
        """Raises `Refused`: name, or "" when the browser's answer is not good."""
        from webauthn import verify_registration_response
        from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
        from webauthn.helpers.exceptions import WebAuthnException

        name = one_line(name)[:NAME_LENGTH] or f"Passkey of {self._clock():%-d %B %Y}"
        if (self._session.scalar(select(func.count()).where(Passkey.user_id == user.id)) or 0) >= MOST:
            raise Refused({"": f"There are {MOST} passkeys already. Remove one first."})
        try:
            verified = verify_registration_response(
                credential=_bounded(answer),
                expected_challenge=base64url_to_bytes(challenge),
                expected_rp_id=self.site.host,
                expected_origin=self.site.origin,
            )
        except (WebAuthnException, ValueError, KeyError, TypeError):
            raise Refused({"": "The passkey was not made. Try again."}) from None
        credential_id = bytes_to_base64url(verified.credential_id)
        if self._session.scalar(select(Passkey.id).where(Passkey.credential_id == credential_id)) is not None:
            raise Refused({"": "This passkey is registered already."})
        passkey = Passkey(
            user_id=user.id,
            name=name,
            credential_id=credential_id,
            public_key=bytes_to_base64url(verified.credential_public_key),
            sign_count=verified.sign_count,
            created_at=self._clock(),
        )
        self._session.add(passkey)
        self._session.flush()
        return passkey

    def authentication(self, passkeys: Iterable[Passkey] = (), *, alone: bool = False) -> dict[str, Any]:
        """What a browser needs to let one of `passkeys` sign, none given: whichever the person chooses.

        `alone`: nothing else was shown, so the device has to verify who uses it.
        """
        from webauthn import generate_authentication_options
        from webauthn.helpers.structs import UserVerificationRequirement

        wanted = UserVerificationRequirement.REQUIRED if alone else UserVerificationRequirement.PREFERRED
        options = generate_authentication_options(
            rp_id=self.site.host, allow_credentials=_descriptors(passkeys), user_verification=wanted
        )
        return _document(options)

    def owner(self, answer: str, challenge: str, *, user: User | None = None) -> tuple[User, Passkey]:
        """Whose passkey has signed the challenge: that of `user`, or of anybody without one. Raises `Refused`."""
        from webauthn import verify_authentication_response
        from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, parse_authentication_credential_json
        from webauthn.helpers.exceptions import WebAuthnException

        try:
            credential = parse_authentication_credential_json(_bounded(answer))
            passkey = self._session.scalar(
                select(Passkey).where(Passkey.credential_id == bytes_to_base64url(credential.raw_id))
            )
            if passkey is None or (user is not None and passkey.user_id != user.id):
                raise Refused({"": UNKNOWN})
            verified = verify_authentication_response(
                credential=credential,
                expected_challenge=base64url_to_bytes(challenge),
                expected_rp_id=self.site.host,
                expected_origin=self.site.origin,
                credential_public_key=base64url_to_bytes(passkey.public_key),
                credential_current_sign_count=passkey.sign_count,
                require_user_verification=user is None,
            )
            owner = self._session.get_one(User, passkey.user_id)
            handle = credential.response.user_handle
            if handle is not None and UUID(bytes=handle) != owner.uuid:
                raise Refused({"": UNKNOWN})
        except (WebAuthnException, ValueError, KeyError, TypeError):
            raise Refused({"": UNKNOWN}) from None
        passkey.sign_count = verified.new_sign_count
        passkey.last_used_at = self._clock()
        return owner, passkey


def _descriptors(passkeys: Iterable[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    from webauthn.helpers import base64url_to_bytes
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor

    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(passkey.credential_id)) for passkey in passkeys]


def _document(options: Any) -> dict[str, Any]:
    from webauthn import options_to_json

    document: dict[str, Any] = json.loads(options_to_json(options))
    return document


def _bounded(answer: str) -> str:
    if len(answer) > CREDENTIAL_LENGTH:
        raise ValueError("too long for a credential")
    return answer


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def passkey_problem(request: Request) -> str | None:
    """`request.passkey_problem`: why nobody can use a passkey here, None when they can."""
    return Site.of(request.settings.product.public_url).problem
