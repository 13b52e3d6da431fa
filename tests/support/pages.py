"""Every page there is, with the states in which it is looked at: for pictures and for the accessibility check."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

OWNER, VIEWER, NOBODY = "owner", "viewer", ""
# Signed in with nothing of their own, and with an open invitation; the others are not signed in yet.
NEWCOMER, INVITED, WITH_APP, WITH_PASSKEY = "newcomer", "invited", "with an app", "with a passkey"


@dataclass(frozen=True)
class Picture:
    """`path` names things of the world in braces, `route` is its route.

    `who` looks at it; `refused` sends its form empty; `press` are things to press first; `whole` shows all of it.
    """

    name: str
    route: str
    path: str
    who: str = OWNER
    refused: bool = False
    press: tuple[str, ...] = ()
    whole: bool = True

    @property
    def repeats(self) -> bool:
        """Whether it shows the parts of pages that others show, only fewer or more of them."""
        state = self.name.rpartition("-")[2]
        return state in ("none", "one", "full", "long") and self.name not in OF_THEIR_OWN


TABS = ("stacktrace", "context", "occurrences", "related_logs", "history")
# Of the pictures of such projects those whose parts no other shows.
OF_THEIR_OWN = {
    *("inbox-none", "activity-none", "releases-none", "projects-none", "inbox-full", "deployments-full"),
    *(
        "settings-team-full",
        "settings-integrations-full",
        "detail-stacktrace-long",
        "activity-long",
        "home-long",
        "detail-history-full",
    ),
}
# A project as projects are, and the sorts that pages are easily not made for.
STATES = ("many", "none", "one", "full", "long")


def _of_projects() -> Iterator[Picture]:
    for state in STATES:
        base = f"/projects/{{{state}}}"
        suffix = "" if state == "many" else f"-{state}"
        yield Picture(f"home{suffix}", "projects.home", base)
        yield Picture(f"inbox{suffix}", "inbox", f"{base}/inbox", whole=False)
        yield Picture(f"activity{suffix}", "events.activity", f"{base}/activity?period=30d")
        yield Picture(f"monitors{suffix}", "monitors.index", f"{base}/monitors")
        yield Picture(f"releases{suffix}", "releases.index", f"{base}/releases")
        yield Picture(f"deployments{suffix}", "deployments.index", f"{base}/deployments")
        yield Picture(f"setup{suffix}", "projects.setup", f"{base}/setup")
        if state in ("many", "long"):
            yield Picture(f"event{suffix}", "events.show", f"{base}/events/{{{state}_log}}")
        if state in ("many", "full", "long"):
            for tab in TABS:
                yield Picture(f"detail-{tab}{suffix}", "inbox", _detail(state, tab))


def _detail(state: str, tab: str = "stacktrace") -> str:
    return f"/projects/{{{state}}}/inbox?group_uuid={{{state}_group}}&filter=all&tab={tab}"


def _settings() -> Iterator[Picture]:
    for state, who in (("many", OWNER), ("full", OWNER), ("full", VIEWER), ("long", OWNER)):
        for section in ("general", "team", "integrations", "admin", "danger"):
            if who == VIEWER and section in ("admin", "danger"):
                continue
            suffix = "" if state == "many" else f"-{state}"
            suffix += "-viewer" if who == VIEWER else ""
            path = f"/projects/{{{state}}}/settings?section={section}"
            yield Picture(f"settings-{section}{suffix}", "projects.settings", path, who)


def _opened() -> Iterator[Picture]:
    """What shows when it is asked for."""
    base = "/projects/{full}"
    for name, label in (("resolve", "Other ways to resolve"), ("more", "More actions")):
        press = (f'.detail-actions summary[aria-label="{label}"]',)
        yield Picture(f"menu-{name}", "inbox", _detail("full"), press=press, whole=False)
    for name, key in (("snooze", "s"), ("assign", "a")):
        press = (f'.detail-actions summary[data-key="{key}"]',)
        yield Picture(f"menu-{name}", "inbox", _detail("full"), press=press, whole=False)
    yield Picture("menu-merged", "inbox", _detail("full"), press=(".merged > summary", ".grouped-by > summary"))
    yield Picture("menu-frames", "inbox", _detail("one"), press=(".frame-fold > summary",))
    yield Picture("menu-projects", "inbox", f"{base}/inbox", press=(".bar-switch",), whole=False)
    yield Picture("menu-person", "inbox", f"{base}/inbox", press=(".bar-person",), whole=False)
    yield Picture("menu-bell", "inbox", f"{base}/inbox", press=(".bar-bell > summary",), whole=False)
    yield Picture("menu-event", "events.activity", f"{base}/activity?period=30d", press=(".event-line > summary",))
    filters = (".event-form > summary",)
    yield Picture("menu-event-filters", "events.activity", f"{base}/activity?period=30d", press=filters, whole=False)


PICTURES = (
    Picture("sign-in", "accounts.sign_in", "/users/sign_in", NOBODY),
    Picture("sign-in-refused", "accounts.sign_in", "/users/sign_in", NOBODY, refused=True),
    Picture("second-factors", "second_factors.index", "/users/second_factors"),
    Picture("authenticator-app", "second_factors.app", "/users/second_factors", press=('form[action$="/app"] button',)),
    Picture("sign-up", "accounts.sign_up", "/users/sign_up", NOBODY),
    Picture("sign-up-refused", "accounts.sign_up", "/users/sign_up", NOBODY, refused=True),
    Picture("password-ask", "accounts.password.new", "/users/password/new", NOBODY),
    Picture("password-choose", "accounts.password.edit", "/users/password/edit?reset_password_token=expired", NOBODY),
    Picture(
        "password-refused",
        "accounts.password.edit",
        "/users/password/edit?reset_password_token=expired",
        NOBODY,
        refused=True,
    ),
    Picture("confirmation-ask", "accounts.confirmation.new", "/users/confirmation/new", NOBODY),
    Picture("confirmation-refused", "accounts.confirmation", "/users/confirmation?confirmation_token=old", NOBODY),
    Picture("profile", "accounts.profile", "/profile"),
    Picture("cli-login", "cli_access.device", "/cli/device?user_code={cli_login}"),
    Picture("cli-login-reading", "cli_access.device", "/cli/device?user_code={cli_login_reading}", NEWCOMER),
    Picture("cli-login-code", "cli_access.device", "/cli/device?user_code=ZZZZ-ZZZZ"),
    Picture("cli-login-denied", "cli_access.device", "/cli/device?user_code={cli_login_denied}"),
    Picture("profile-edit", "accounts.profile.edit", "/profile/edit"),
    Picture("security", "accounts.edit", "/users/edit"),
    Picture("security-waiting", "accounts.edit", "/users/edit", NEWCOMER),
    Picture("security-refused", "accounts.edit", "/users/edit", refused=True),
    Picture(
        "recovery-codes",
        "second_factors.index",
        "/users/second_factors",
        press=('summary:text("Make new codes")', 'form[action$="/recovery_codes"] button'),
    ),
    Picture("second-step-app", "second_step", "/users/second_step", WITH_APP),
    Picture("second-step-passkey", "second_step", "/users/second_step", WITH_PASSKEY),
    Picture("invitation-open", "invitations.accept", "/invitations/accept", INVITED),
    Picture("invitation-signed-in", "invitations.accept", "/invitations/accept", NEWCOMER),
    Picture("invitation-spent", "invitations.accept", "/invitations/accept", NOBODY),
    Picture("invitations", "invitations.of_accounts", "/admin/invitations"),
    Picture("landing", "web.root", "/", NOBODY),
    Picture("text", "public_pages.text", "/about", NOBODY),
    Picture("claim", "installation.setup", "{unclaimed}/setup?token={setup_token}", NOBODY),
    Picture("claim-refused", "installation.setup", "{unclaimed}/setup", NOBODY, refused=True),
    Picture("not-found", "", "/nowhere"),
    Picture("failure", "", "{broken}/setup", NOBODY),
    Picture("projects", "projects.index", "/projects"),
    Picture("projects-archived", "projects.index", "/projects?filter=archived"),
    Picture("projects-none", "projects.index", "/projects", NEWCOMER),
    Picture("new-project", "projects.new", "/projects/new"),
    Picture("new-project-refused", "projects.new", "/projects/new", refused=True),
    Picture("inbox-all", "inbox.all", "/inbox", whole=False),
    Picture("inbox-all-none", "inbox.all", "/inbox", NEWCOMER),
    Picture("installation", "administration.installation", "/admin/installation"),
    *(
        Picture(f"installation-{name}", "administration.section", f"/admin/installation/{name}")
        for name in (
            "general",
            "background-jobs",
            "email",
            "clickhouse",
            "archive-storage",
            "authentication",
            "public-site",
            "observability",
        )
    ),
    Picture(
        "installation-tested",
        "administration.section",
        "/admin/installation/general",
        press=('button[name="operation"]',),
    ),
    Picture("users", "administration.users", "/admin/users"),
    Picture("users-none", "administration.users", "/admin/users?q=nothing+like+this"),
    Picture("user", "administration.user", "/admin/users/{person}"),
    Picture(
        "user-factors",
        "administration.user",
        "/admin/users/{colleague}",
        press=('summary:text("Take them all away")',),
    ),
    Picture("user-pending", "administration.user", "/admin/users/{pending}"),
    Picture("audit", "audit.index", "/admin/audit"),
    Picture("audit-none", "audit.index", "/admin/audit?person=nobody@example.com"),
    Picture("rate-limit", "projects.rate_limit", "/projects/{many}/rate_limit"),
    Picture("edit", "projects.edit", "/projects/{many}/edit"),
    Picture("grouping", "grouping", "/projects/{full}/grouping"),
    Picture("grouping-preview", "grouping", "/projects/{full}/grouping?strategy=message_exact"),
    Picture("grouping-preview-long", "grouping", "/projects/{long}/grouping?strategy=message_exact"),
    Picture("grouping-preview-none", "grouping", "/projects/{none}/grouping?strategy=message_exact"),
    Picture("delete", "purges.delete", "/projects/{none}/delete"),
    Picture("deletion", "purges.show", "/project_purges/{purge}"),
    Picture("deletion-stopped", "purges.show", "/project_purges/{stopped}"),
    *_settings(),
    *_of_projects(),
    *_opened(),
    Picture("inbox-no-match", "inbox", "/projects/{many}/inbox?q=nothing+like+this"),
    Picture("inbox-mistakes", "inbox", "/projects/{many}/inbox?q=is:odd+colour:red", whole=False),
    Picture("activity-no-match", "events.activity", "/projects/{many}/activity?q=nothing+like+this&level=fatal"),
    Picture(
        "activity-search", "events.activity", "/projects/{many}/activity?period=30d&q=order&environment=production"
    ),
    Picture("inbox-archived", "inbox", "/projects/{archived}/inbox"),
    Picture("styleguide", "web.styleguide", "/_styleguide"),
)

# GET addresses that show no page of their own.
NO_PAGES = {
    "accounts.security",
    "administration.section.test",
    "api.openapi",
    "cli_access.capabilities",
    "cli_access.session",
    "api_keys.index",
    "error_groups.export",
    "events.activity_event",
    "events.markdown",
    "health.check",
    "health.up",
    "inbox.all.news",
    "invitations.of_project",
    "invitations.open",
    "invitations.sign_up",
    "inbox.all.offers",
    "inbox.events",
    "inbox.news",
    "inbox.offers",
    "projects.allowed_origins",
    "projects.first_event",
    "projects.member",
    "projects.members",
    "public_pages.docs",
    "public_pages.docs_page",
    "public_pages.robots",
    "public_pages.sitemap",
    "source_repositories.index",
    "source_repositories.show",
}
