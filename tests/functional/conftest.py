"""People and their browsers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
import webtest
from sqlalchemy import func, select

from logister_core.error_groups.models import ErrorGroup, ErrorGroupCount
from logister_core.mail.actors import send_account_mails
from logister_core.tasks.actors import actor_name
from support.instance import Instance
from support.people import PASSWORD, People

__all__ = ["PASSWORD", "People"]


@pytest.fixture
def people(site: Instance) -> People:
    return People(site)


@pytest.fixture
def people_of() -> Callable[[Instance], People]:
    """For tests that make instances with settings of their own."""
    return People


@pytest.fixture
def counts_are_right(site: Instance) -> Iterator[None]:
    """After the test, the numbers of groups that are kept are those that one would count."""
    yield
    with site.read() as db:
        kept: dict[tuple[int, str], int] = {}
        for project_id, status, number in db.execute(
            select(ErrorGroupCount.project_id, ErrorGroupCount.status, ErrorGroupCount.number)
        ):
            kept[project_id, status] = kept.get((project_id, status), 0) + number
        shown = select(ErrorGroup.project_id, ErrorGroup.status, func.count()).where(
            ErrorGroup.merged_into_id.is_(None)
        )
        there_are = {(row[0], row[1]): row[2] for row in db.execute(shown.group_by(*shown.selected_columns[:2]))}
    assert {key: number for key, number in kept.items() if number} == there_are


@dataclass
class Post:
    """The mails of an instance without a mail server."""

    site: Instance

    def collect(self) -> list[EmailMessage]:
        """Let the background send what is due, and take it away."""
        self.site.registry.actors[actor_name(send_account_mails)].fn()
        files = sorted((self.site.home / "mail").glob("*.eml"))
        mails = [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]
        for file in files:
            file.unlink()
        return mails

    def link(self) -> str:
        """The path of the link in the one mail that came."""
        [mail] = self.collect()
        return link_in(mail)


def link_in(mail: EmailMessage) -> str:
    """The path of the one address with a token."""
    [found] = re.findall(r"^https?://[^/]+(/\S+token=\S+)\s*$", mail.get_content(), re.MULTILINE)
    return found


@pytest.fixture
def post(site: Instance) -> Post:
    return Post(site)


def csrf(browser: webtest.TestApp, page: str = "/projects/new") -> str:
    """The token of the forms on `page`."""
    token: str = browser.get(page).html.find("input", {"name": "csrf_token"})["value"]
    return token
