"""Somebody at a browser without scripts, in front of a running server."""

from __future__ import annotations

from typing import Self
from urllib.parse import urlsplit

import httpx
from bs4 import BeautifulSoup


class Page:
    def __init__(self, visitor: Visitor, response: httpx.Response) -> None:
        self._visitor = visitor
        self.url = str(response.url)
        self.html = BeautifulSoup(response.text, "html.parser")

    @property
    def text(self) -> str:
        """What there is to read, with single spaces."""
        return " ".join(self.html.get_text(" ").split())

    def follow(self, words: str) -> Page:
        """Click the link that contains `words`."""
        [link] = [link for link in self.html.find_all("a") if words in " ".join(link.get_text(" ").split())]
        return self._visitor.open(link["href"])

    def submit(self, action: str, **fields: str) -> Page:
        """Fill in and send the form whose address ends with `action`; the page that follows.

        `fields` are named by the last part of the input's name: `email` for `user[email]`.
        """
        [form] = [
            form for form in self.html.find_all("form", action=True) if urlsplit(form["action"]).path.endswith(action)
        ]
        values = {}
        for field in form.find_all(["input", "textarea"]):
            if field.get("type") not in ("checkbox", "radio") or field.has_attr("checked"):
                values[field["name"]] = field.get("value", "")
        for name, value in values.items():
            values[name] = fields.pop(name.rpartition("[")[2].removesuffix("]"), value)
        assert not fields, f"{self.url} has no field {', '.join(fields)}"
        return self._visitor.page(self._visitor.http.post(form["action"], data=values))


class Visitor:
    """Follows redirects and keeps cookies."""

    def __init__(self, url: str) -> None:
        self.http = httpx.Client(base_url=url, follow_redirects=True, timeout=20)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def open(self, path: str) -> Page:
        return self.page(self.http.get(path))

    def page(self, response: httpx.Response) -> Page:
        assert response.status_code == 200, f"{response.status_code} for {response.url}: {response.text[-2000:]}"
        return Page(self, response)

    def sign_in(self, email: str, password: str) -> Page:
        """Through the form; the page that comes after it."""
        page = self.open("/users/sign_in").submit("/users/sign_in", email=email, password=password)
        assert urlsplit(page.url).path != "/users/sign_in", page.text
        return page
