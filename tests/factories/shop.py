"""A project with an API key, and its owner in a browser who looks at its errors."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import update

from factories.errors import groups, post_event, send_error
from factories.projects import api_key
from logister_core.error_groups.headline import title_of
from logister_core.error_groups.models import ErrorGroup
from logister_core.projects.models import Project
from support.instance import Instance


class Shop:
    def __init__(self, site: Instance, people: Any) -> None:
        self.site = site
        self.people = people
        self.owner, self.browser = people.newcomer()
        self.project: Project = people.project(self.owner)
        self.token = api_key(site, self.project)

    @property
    def path(self) -> str:
        return f"/projects/{self.project.uuid}"

    @property
    def inbox(self) -> str:
        return f"{self.path}/inbox"

    def open(self, **params: Any) -> Any:
        """The inbox."""
        return self.browser.get(self.inbox, params)

    def event(self, uuid: UUID, **params: Any) -> Any:
        """The page of an event."""
        return self.browser.get(f"{self.path}/events/{uuid}", params)

    def post(self, message: str = "boom", **values: Any) -> UUID:
        """Send an event and leave it to the worker."""
        return post_event(self.site, self.token, message, **values)

    def send(self, message: str = "boom", **values: Any) -> ErrorGroup:
        """Send an error, group it and return the group with that title."""
        send_error(self.site, self.token, message, **values)
        return groups(self.site)[title_of(message)]

    def set(self, title: str, **values: Any) -> None:
        """Change the group of that title in the database."""
        with self.site.write() as db:
            db.execute(update(ErrorGroup).where(ErrorGroup.title == title).values(**values))

    def csrf(self) -> str:
        token: str = self.browser.get(self.inbox).html.find("input", {"name": "csrf_token"})["value"]
        return token

    def act(self, action: str, group: ErrorGroup, method: str = "POST", status: int = 303, **fields: str) -> Any:
        """Send a triage form as a client without the page would."""
        path = f"{self.path}/error_groups/{group.uuid}/{action}"
        return self.browser.request(path, method=method, POST={"csrf_token": self.csrf()} | fields, status=status)

    def bulk(self, action: str, *groups: ErrorGroup, status: int = 303, **fields: str) -> Any:
        """Send the form of the selection."""
        chosen = [("group_uuid", str(group.uuid)) for group in groups]
        values = [("csrf_token", self.csrf()), ("action", action), *chosen, *fields.items()]
        return self.browser.post(f"{self.path}/error_groups/bulk", values, status=status)

    def press(self, page: Any, label: str, **fields: str) -> Any:
        """Press a button in the head of the open error, after filling in fields beside it."""
        [button] = [found for found in page.html.select("#detail form button") if " ".join(found.text.split()) == label]
        form = page.forms[button.find_parent("form")["id"]]
        for name, value in fields.items():
            form[name] = value
        form.action = button.get("formaction", form.action)
        if button.get("name"):
            return form.submit(button["name"], value=button["value"])
        return form.submit()

    def undo(self, page: Any) -> Any:
        """Press Undo in the message above the page; the page that follows."""
        [form] = [form for form in page.forms.values() if form.action.endswith("/undo") and "flash" in str(form.html)]
        return form.submit(headers={"Referer": f"http://localhost{page.request.path_qs}"}).follow()
