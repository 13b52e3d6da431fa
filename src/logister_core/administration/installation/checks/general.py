"""Addresses that people are sent to."""

from __future__ import annotations

from urllib.parse import urlsplit

from logister_core.administration.installation.sections import Diagnosis, Examination


def check_general(examination: Examination) -> Diagnosis:
    """What could be wrong with them is refused before it is saved; whether they are reachable, only people can tell."""
    settings = examination.settings
    public, docs = (urlsplit(address) for address in (settings.product.public_url, settings.product.docs_url))
    details = {"public_host": public.hostname, "docs_host": docs.hostname, "sender": settings.mail.sender}
    wrong = [
        name
        for name, parts in (("public address", public), ("documentation", docs))
        if parts.scheme not in ("http", "https") or not parts.hostname
    ]
    if wrong:
        return Diagnosis(False, f"The {' and the '.join(wrong)} must be a http or https address with a host.", details)
    if not settings.mail.sender:
        return Diagnosis(False, "Mail needs a sender.", details)
    return Diagnosis(True, f"Links lead to {public.hostname}, mail comes from {settings.mail.sender}.", details)
