"""Talking to the provider: OpenID Connect's authorization code flow with PKCE, by Authlib and joserfc."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

from logister_core.logs import event
from logister_core.security.tokens import new_token
from logister_core.settings import SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from logister_core.settings import Settings

logger = logging.getLogger(__name__)

CALLBACK_PATH: Final = "/users/sign_in/oidc/callback"
# Seconds to connect, and for each answer.
TIMEOUT: Final = (3.0, 5.0)
# Seconds that the provider's description of itself is good for.
KEPT: Final = 3600
LEEWAY: Final = 60
# Never `none`, and none of those whose key would be our secret.
ALGORITHMS: Final = ["RS256", "RS384", "RS512", "ES256", "ES384", "ES512", "PS256", "PS384", "PS512", "EdDSA"]


class ProviderError(Exception):
    """The provider could not be asked, or said something that must not be believed; the log tells what."""


def require_library() -> None:
    """Raises `SettingsError` when what single sign-on needs is not installed."""
    if any(find_spec(library) is None for library in ("authlib", "joserfc", "requests")):
        raise SettingsError(
            ["LOGISTER_OIDC_ISSUER is set, but its library is not installed; expected pip install 'logister[oidc]'"]
        )


@dataclass(frozen=True, slots=True)
class Way:
    """To the provider: `address`, and what has to be remembered until the person comes back."""

    address: str
    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class Person:
    """What the provider says of who signed in there; `email` is empty unless it is verified."""

    issuer: str
    subject: str
    email: str
    name: str
    groups: frozenset[str]


class Provider:
    """One per process, used by many threads. Time here is that of the world, as the provider's is."""

    def __init__(self, settings: Settings) -> None:
        self._oidc = settings.oidc
        self._callback = f"{settings.product.public_url}{CALLBACK_PATH}"
        self._lock = threading.Lock()
        self._known: tuple[float, Mapping[str, Any], Any] | None = None

    def way(self) -> Way:
        """Raises `ProviderError`."""
        document, _ = self._description()
        nonce, verifier = new_token(), new_token()
        with self._client() as client:
            address, state = client.create_authorization_url(
                document["authorization_endpoint"], state=new_token(), nonce=nonce, code_verifier=verifier
            )
        return Way(address, state, nonce, verifier)

    def person(self, code: str, *, nonce: str, verifier: str, stated_issuer: str | None) -> Person:
        """Who came back with `code`. Raises `ProviderError`."""
        document, keys = self._description()
        if stated_issuer is not None and stated_issuer != document["issuer"]:
            raise self._failure("issuer_mixed_up", stated=stated_issuer)
        try:
            with self._client() as client:
                token = client.fetch_token(
                    document["token_endpoint"],
                    code=code,
                    code_verifier=verifier,
                    timeout=TIMEOUT,
                    allow_redirects=False,
                )
                claims = self._verified(token.get("id_token") or "", document, keys, nonce)
                claims = self._with_user_info(client, document, claims)
        except ProviderError:
            raise
        except Exception as error:
            # Whatever the library or the provider makes of it; answers may hold tokens, so only the kind is told.
            raise self._failure("exchange_failed", error=type(error).__name__) from None
        return self._read(document["issuer"], claims)

    def _client(self) -> Any:
        from authlib.integrations.requests_client import OAuth2Session

        oidc = self._oidc
        return OAuth2Session(
            oidc.client_id,
            oidc.client_secret,
            token_endpoint_auth_method="client_secret_basic" if oidc.client_secret else "none",
            scope=" ".join(oidc.scopes),
            redirect_uri=self._callback,
            code_challenge_method="S256",
        )

    def _description(self) -> tuple[Mapping[str, Any], Any]:
        """What the provider says of itself, and its keys; asked for anew after a while."""
        with self._lock:
            known = self._known
            if known is not None and time.monotonic() - known[0] < KEPT:
                return known[1], known[2]
        from joserfc.jwk import KeySet

        try:
            document = self._get(f"{self._oidc.issuer}/.well-known/openid-configuration")
            if document["issuer"].rstrip("/") != self._oidc.issuer:
                raise self._failure("issuer_differs", stated=document["issuer"])
            keys = KeySet.import_key_set(self._get(document["jwks_uri"]))
            # Asked for here, so that a description without them is not kept.
            document["authorization_endpoint"], document["token_endpoint"]
        except ProviderError:
            raise
        except Exception as error:
            raise self._failure("description_failed", error=type(error).__name__) from None
        with self._lock:
            self._known = (time.monotonic(), document, keys)
        return document, keys

    def _get(self, address: str) -> Any:
        import requests

        answer = requests.get(address, timeout=TIMEOUT, allow_redirects=False)
        answer.raise_for_status()
        return answer.json()

    def _verified(self, token: str, document: Mapping[str, Any], keys: Any, nonce: str) -> dict[str, Any]:
        """The claims of an ID token that is signed by the provider, for us, now, and for this sign-in."""
        from joserfc import jwt
        from joserfc.errors import InvalidKeyIdError

        try:
            decoded = jwt.decode(token, keys, algorithms=ALGORITHMS)
        except (InvalidKeyIdError, ValueError):
            # Signed with a key that is newer than what we know.
            with self._lock:
                self._known = None
            document, keys = self._description()
            decoded = jwt.decode(token, keys, algorithms=ALGORITHMS)
        claims = decoded.claims
        registry = jwt.JWTClaimsRegistry(
            leeway=LEEWAY,
            iss={"essential": True, "value": document["issuer"]},
            aud={"essential": True, "value": self._oidc.client_id or ""},
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        registry.validate(claims)
        if claims.get("azp", self._oidc.client_id) != self._oidc.client_id:
            raise self._failure("for_somebody_else")
        return dict(claims)

    def _with_user_info(self, client: Any, document: Mapping[str, Any], claims: dict[str, Any]) -> dict[str, Any]:
        """Providers tell address and groups in the token or only when asked."""
        wanted = {"email", "email_verified", "name"}
        if self._oidc.admin_groups or self._oidc.project_roles:
            wanted.add(self._oidc.groups_claim)
        if wanted <= set(claims) or "userinfo_endpoint" not in document:
            return claims
        answer = client.get(document["userinfo_endpoint"], timeout=TIMEOUT, allow_redirects=False)
        answer.raise_for_status()
        told = answer.json()
        if told.get("sub") != claims["sub"]:
            raise self._failure("another_person")
        # What was signed counts more.
        return {**told, **claims}

    def _read(self, issuer: str, claims: Mapping[str, Any]) -> Person:
        groups = claims.get(self._oidc.groups_claim)
        if isinstance(groups, str):
            groups = [groups]
        email = claims.get("email") if claims.get("email_verified") in (True, "true") else None
        return Person(
            issuer=issuer,
            subject=str(claims["sub"]),
            email=email if isinstance(email, str) else "",
            name=str(claims.get("name") or ""),
            groups=frozenset(map(str, groups)) if isinstance(groups, list) else frozenset(),
        )

    def _failure(self, reason: str, **fields: object) -> ProviderError:
        logger.warning(event("oidc.refused", reason=reason, **fields))
        return ProviderError(reason)
