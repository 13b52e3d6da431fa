"""Who gets where, asked of every route there is; a new one is asked without being listed here."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from pyramid.interfaces import IRoutesMapper

# Open to everybody, and why.
PUBLIC = {
    "web.root",  # leads to sign-in
    "accounts.sign_in",
    "accounts.sign_out",
    "installation.setup",  # asks for its token
}
# Of application administrators: everybody else is led away, whether there is such a project or not.
ADMINISTERED = {"projects.rate_limit"}
PUBLIC_PATHS = re.compile(r"/?(api|static|health|up)\b|/_styleguide")


def test_every_view_of_a_project_names_its_permission(site):
    views = [entry["introspectable"] for entry in site.registry.introspector.get_category("views")]
    patterns = {route.name: route.pattern for route in routes(site)}
    lacking = [
        (view["route_name"], view["request_methods"])
        for view in views
        if "{project}" in patterns.get(view["route_name"], "")
        and not [entry for entry in site.registry.introspector.related(view) if entry.category_name == "permissions"]
    ]
    assert lacking == []


def test_strangers_get_the_sign_in_page_for_everything_that_is_not_public(site, people):
    project = people.project(people.add())
    asked = [route for route in routes(site) if route.name not in PUBLIC and not PUBLIC_PATHS.match(route.pattern)]
    assert len(asked) > 10
    for route in asked:
        address = address_of(route, project)
        answers = [site.browser().get(address, status="*"), site.browser().post(address, status="*")]
        # Asked to sign in by those methods that the address answers to at all.
        assert {answer.status_int for answer in answers} - {404} == {302}, address
        assert all("/users/sign_in" in answer.location for answer in answers if answer.status_int == 302), address


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_projects_of_others_are_404_at_every_address(site, people, method):
    project = people.project(people.add("bob@example.com"))
    _, browser = people.newcomer()
    token = browser.get("/projects/new").html.find("input", {"name": "csrf_token"})["value"]
    of_projects = [route for route in routes(site) if "{project}" in route.pattern]
    assert len(of_projects) >= 8
    for route in of_projects:
        address = address_of(route, project)
        status = 303 if route.name in ADMINISTERED else 404
        if method == "GET":
            answer = browser.get(address, status=status)
        else:
            answer = browser.post(address, {"csrf_token": token}, status=status)
        assert answer.location in (None, "http://localhost/"), address


def routes(site):
    return site.registry.getUtility(IRoutesMapper).get_routes()


def address_of(route, project):
    """The route's address for this project, with ids of nothing and the first of listed words for the rest."""

    def value(part):
        words = part["words"]
        return words.strip("(").split("|")[0] if words else str(uuid4())

    pattern = route.pattern.replace("{project}", str(project.uuid))
    return re.sub(r"\{\w+(:(?P<words>[^}]+))?\}", value, pattern)
