"""An OpenID provider in a thread: right unless a test bends it."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

CLIENT, SECRET = "logister", "a secret of the client"


@dataclass
class OpenID:
    """`person` is who signs in there next. `claims` replace those of the token, None takes one away; `header` too."""

    issuer: str
    person: dict[str, Any] = field(default_factory=dict)
    claims: dict[str, Any] = field(default_factory=dict)
    header: dict[str, Any] = field(default_factory=dict)
    info: dict[str, Any] | None = None
    failing: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    keys: KeySet = field(default_factory=lambda: KeySet([RSAKey.generate_key(2048, {"kid": "one"})]))
    signing: Any = None
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def signs_in(self, subject: str = "1", email: str = "ana@example.com", **claims: Any) -> None:
        self.person = {"sub": subject, "email": email, "email_verified": True, "name": "Ana", **claims}

    def agree(self, address: str) -> str:
        """What the person's browser is led back to after they signed in at `address`."""
        asked = dict(parse_qsl(urlsplit(address).query))
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        assert asked["client_id"] == CLIENT
        code = secrets.token_urlsafe(8)
        self._codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state'], 'iss': self.issuer})}"

    def document(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            **{f"{name}_endpoint": f"{self.issuer}/{name}" for name in ("authorization", "token", "userinfo")},
            "jwks_uri": f"{self.issuer}/jwks",
        }

    def token(self, form: dict[str, str], authorization: str | None) -> dict[str, Any] | None:
        """As RFC 6749 and 7636 have it: None when anything is wrong."""
        asked = self._codes.pop(form.get("code", ""), None)
        plain = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if asked is None or authorization != f"Basic {plain}":
            return None
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        right = asked["code_challenge"] == challenge.rstrip(b"=").decode()
        if not right or form.get("redirect_uri") != asked["redirect_uri"]:
            return None
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": asked["nonce"]}
        claims |= self.person | self.claims
        claims = {name: value for name, value in claims.items() if value is not None}
        key = self.signing or self.keys.keys[0]
        header = {"alg": "RS256", "kid": key.kid} | self.header
        signed = jwt.encode(header, claims, key, algorithms=["RS256", "HS256", "none"])
        return {"access_token": "a", "token_type": "Bearer", "expires_in": 300, "id_token": signed}


@contextmanager
def openid() -> Iterator[OpenID]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answers = {
                "/.well-known/openid-configuration": there.document,
                "/jwks": there.keys.as_dict,
                "/userinfo": lambda: there.info if self.headers["Authorization"] == "Bearer a" else None,
            }
            self._answer(answers[self.path]())

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            self._answer(there.token(form, self.headers["Authorization"]))

        def _answer(self, document: Any) -> None:
            there.asked.append(self.path)
            failing = self.path in there.failing
            self.send_response(500 if failing else 400 if document is None else 200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps({"error": "invalid_grant"} if document is None else document).encode())

        def log_message(self, *_: Any) -> None:
            """Not into the output of the tests."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    there = OpenID(f"http://127.0.0.1:{server.server_port}")
    there.signs_in()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield there
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
