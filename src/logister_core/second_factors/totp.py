"""Codes of authenticator apps (RFC 6238) and the picture that hands the secret to one."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

import pyotp
import segno
from markupsafe import Markup

from logister_core.security.tokens import same

DIGITS: Final = 6
PERIOD: Final = 30  # seconds
# Steps before and after the present one: clocks of phones differ, and people type slowly.
TOLERANCE: Final = 1


def new_secret() -> str:
    """160 bits in base32, as apps take it."""
    return pyotp.random_base32()


def matching_step(secret: str, code: str, now: datetime) -> int | None:
    """The time step whose code it is; None for a wrong one."""
    present = int(now.timestamp()) // PERIOD
    totp = pyotp.TOTP(secret, digits=DIGITS, interval=PERIOD)
    found = None
    # All of them are compared, whichever matches.
    for step in range(present - TOLERANCE, present + TOLERANCE + 1):
        if same(totp.generate_otp(step), code):
            found = step
    return found


def provisioning_uri(secret: str, email: str, public_url: str) -> str:
    """What the QR code says. Apps list it as `Logister (host): address`."""
    issuer = f"Logister ({urlsplit(public_url).hostname})"
    return pyotp.TOTP(secret, digits=DIGITS, interval=PERIOD).provisioning_uri(name=email, issuer_name=issuer)


def qr_code(text: str) -> Markup:
    """An inline SVG without style attributes, which the content policy forbids; black on white in both themes."""
    svg = segno.make(text, error="m", micro=False).svg_inline(
        scale=4, border=4, dark="#000", light="#fff", svgclass="qr-code", lineclass=None
    )
    # Made of numbers only: `text` is in the picture, not in the markup.
    return Markup(svg)  # noqa: S704
