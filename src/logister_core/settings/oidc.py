"""The settings of single sign-on."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from .fields import GroupRole, boolean, group_roles, listed, names, setting, text, url


@dataclass(frozen=True, kw_only=True)
class OIDCSettings:
    """Signing in through another site that knows the person (OpenID Connect)."""

    issuer: str | None = setting(
        "LOGISTER_OIDC_ISSUER",
        None,
        url("http", "https"),
        help="address of the OpenID provider people may sign in with, as in its /.well-known/openid-configuration; "
        "unset: none",
    )
    client_id: str | None = setting(
        "LOGISTER_OIDC_CLIENT_ID", None, text(), help="what the provider calls this installation"
    )
    client_secret: str | None = setting(
        "LOGISTER_OIDC_CLIENT_SECRET",
        None,
        text(),
        help="shown to the provider; unset: this installation is a public client, kept safe by PKCE alone",
        secret=True,
    )
    name: str = setting(
        "LOGISTER_OIDC_NAME", "single sign-on", text(), help="name of the provider, on the button of the sign-in page"
    )
    scopes: tuple[str, ...] = setting(
        "LOGISTER_OIDC_SCOPES",
        "openid, email, profile",
        names(),
        help="what is asked of the provider; openid and email are needed",
    )
    sign_up: bool = setting(
        "LOGISTER_OIDC_SIGN_UP",
        "true",
        boolean(),
        help="make accounts for people the provider knows; no lets in only those who have one with the same address",
    )
    groups_claim: str = setting(
        "LOGISTER_OIDC_GROUPS_CLAIM", "groups", text(), help="claim that lists the person's groups"
    )
    admin_groups: tuple[str, ...] = setting(
        "LOGISTER_OIDC_ADMIN_GROUPS",
        "",
        listed("groups"),
        help="groups whose people administer the installation, looked at whenever they sign in",
    )
    project_roles: tuple[GroupRole, ...] = setting(
        "LOGISTER_OIDC_PROJECT_ROLES",
        "",
        group_roles(),
        help="which groups belong to which projects, each as group=project:role; project is a uuid, or a slug that "
        "one project has; looked at whenever they sign in",
    )

    @property
    def active(self) -> bool:
        return self.issuer is not None

    def problems(self) -> list[str]:
        if self.issuer is None:
            return []
        found = []
        if self.client_id is None:
            found.append("LOGISTER_OIDC_CLIENT_ID is not set; expected the name that the provider gave us")
        parts = urlsplit(self.issuer)
        if parts.scheme != "https" and parts.hostname not in ("localhost", "127.0.0.1", "::1"):
            found.append("LOGISTER_OIDC_ISSUER is an http address; expected https, or a provider on this machine")
        if not {"openid", "email"} <= set(self.scopes):
            found.append("LOGISTER_OIDC_SCOPES lacks openid or email; expected both")
        return found
