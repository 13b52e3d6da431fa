"""An installation with everything in it that pages can show, served to browsers in which people are signed in."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext
from waitress.server import create_server

from factories.projects import member
from logister_core.accounts.models import User
from logister_core.installation.setup_token import ensure_setup_token
from logister_core.projects.models import Project
from logister_core.security.cookies import SESSION, cookie_jar
from logister_core.security.sessions import SessionService

from .furnishing import REPOSITORY, furnish, ids
from .halfway import Cookies, at_second_step, invited
from .instance import Instance, instance, migrate
from .pages import INVITED, NEWCOMER, NOBODY, OWNER, VIEWER, WITH_APP, WITH_PASSKEY

# For the page of components, the page in front, news in the bell, and a text of the operator's.
SETTINGS = {
    "LOGISTER_ENV": "development",
    "LOGISTER_LANDING_PAGE": "yes",
    "LOGISTER_RELEASE": "v0.1.0",
    "LOGISTER_RELEASE_REPOSITORY": REPOSITORY,
}
TEXT = "We run this server.\n\nWrite to us when something is wrong with it."


@dataclass
class World:
    """`things` are what the addresses of pages name, `cookies` those in the browsers of people by who they are."""

    url: str
    things: dict[str, str]
    cookies: dict[str, Cookies]

    def address(self, path: str) -> str:
        found = path.format(**self.things)
        return found if found.startswith("http") else self.url + found

    def enter(self, browser: Browser, who: str, **options: Any) -> BrowserContext:
        """Windows of a browser in which that person is signed in, or about to be."""
        context = browser.new_context(**options)
        for name, value in self.cookies[who].items():
            context.add_cookies([{"name": name, "value": value, "url": self.url}])
        return context

    def ours(self, address: str) -> bool:
        """Whether that is one of our own servers."""
        origins = (self.url, self.things["unclaimed"], self.things["broken"])
        return address.startswith(tuple(f"{origin}/" for origin in origins))


@contextmanager
def world(site: Instance, owner: User, many: Project) -> Iterator[World]:
    """Around a site that has `SETTINGS` and a project `many` with things in it."""
    cookie = cookie_jar(site.settings)(SESSION).name
    people = {
        OWNER: owner,
        VIEWER: site.user(name="Vic"),
        NEWCOMER: site.user(name="Nora", unconfirmed_email="nora@new.example.com"),
    }
    with site.write() as db:
        sessions = SessionService(db, site.clock)
        cookies = {
            who: {cookie: sessions.begin(person.id, persistent=False, ip="127.0.0.1", user_agent="")}
            for who, person in people.items()
        }
    visitor = site.browser()
    visitor.set_cookie(cookie, cookies[OWNER][cookie])
    with ExitStack() as stack:
        things = {**furnish(site, owner, visitor), **ids(site, "many", many), **stack.enter_context(_others())}
        with site.read() as db:
            full = db.query(Project).filter_by(name="Shop of many things").one()
        member(site, full, "viewer", people[VIEWER])
        cookies |= {NOBODY: {}, INVITED: invited(site, owner, things["full"])}
        cookies[NEWCOMER] |= invited(site, owner, things["long"])
        cookies[WITH_APP], cookies[WITH_PASSKEY] = at_second_step(site)
        yield World(stack.enter_context(serving(site.router)), things, cookies)


@contextmanager
def _others() -> Iterator[dict[str, str]]:
    """An installation that nobody claimed, and one whose database has no tables."""
    with tempfile.TemporaryDirectory(prefix="logister-") as name, ExitStack() as stack:
        found = {}
        for what in ("unclaimed", "broken"):
            home = Path(name) / what
            home.mkdir()
            url = f"sqlite:///{home / 'logister.db'}"
            if what == "unclaimed":
                migrate(url)
            other = stack.enter_context(instance(url, home, SETTINGS))
            if what == "unclaimed":
                found["setup_token"] = str(ensure_setup_token(other.registry.engine, other.settings))
            found[what] = stack.enter_context(serving(other.router))
        yield found


@contextmanager
def serving(application: Any) -> Iterator[str]:
    """The address at which it answers."""
    server = create_server(application, host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}"
    finally:
        # Its loop ends first: sockets that are closed while it waits for them would fail in its thread.
        server.trigger.pull_trigger(server._map.clear)
        thread.join(timeout=5)
        server.close()
