"""From a frame to the address of its line."""

from __future__ import annotations

import pytest

from logister_core.error_groups.frames import Frame
from logister_core.events.source_links import LINKED, NO_FILE, NO_REPOSITORIES, NOT_UNDER_ROOT, SourceLinks
from logister_core.source_repositories.links import commit_address, compare_address, line_address
from logister_core.source_repositories.models import SourceRepository
from logister_core.source_repositories.paths import frame_path, repository_path
from logister_core.source_repositories.refs import SourceHints, reference

NOTHING = SourceHints(None, None, None, None)
COUNT = iter(range(1, 1000))


def repository(**values):
    defaults = {
        "id": next(COUNT), "provider": "github", "full_name": "acme/shop", "web_url": "https://github.com",
        "link_template": "", "default_branch": "", "runtime_root": "", "source_root": "", "enabled": True,
    }  # fmt: skip
    return SourceRepository(**defaults | values)


def frame(file="shop/orders.py", line=3, application=True):
    return Frame(raw=file, file=file, line_number=line, application_frame=application)


@pytest.mark.parametrize(
    ("file", "path"),
    [
        ("./src/a.js", "src/a.js"),
        ("webpack:///./src/a.js", "src/a.js"),
        ("webpack://shop/./src/a.js?ab12", "src/a.js"),
        ("webpack-internal:///src/a.js", "src/a.js"),
        ("file:///srv/app/a.py", "/srv/app/a.py"),
        ("C:\\srv\\app\\Cart.cs", "C:/srv/app/Cart.cs"),
    ],
)
def test_paths_lose_what_is_no_path(file, path):
    assert frame_path(file) == path


@pytest.mark.parametrize(
    ("root", "file", "path"),
    [
        ("", "shop/orders.py", "shop/orders.py"),
        ("", "/srv/app/shop/orders.py", None),
        ("", "C:\\app\\Cart.cs", None),
        ("", "https://shop.example/app.js", None),
        ("", "../../etc/passwd", None),
        ("", "<frozen importlib>", None),
        ("", "", None),
        ("/srv/app", "/srv/app/shop/orders.py", "shop/orders.py"),
        ("/srv/app", "/srv/application/orders.py", None),
        ("/srv/app", "/srv/app/../../etc/passwd", None),
        ("/srv/app", "/srv/app", None),
        ("/srv/app", "shop/orders.py", None),
        ("app", "/releases/20261120/app/shop/orders.py", "shop/orders.py"),
        ("/", "/shop/orders.py", "shop/orders.py"),
        ("C:/srv", "C:\\srv\\Cart.cs", "Cart.cs"),
        ("https://shop.example/assets", "https://shop.example/assets/app.js?v=1", "app.js"),
    ],
)
def test_the_path_below_the_runtime_root(root, file, path):
    assert repository_path(repository(runtime_root=root), file) == path


def test_the_folder_in_the_repository_comes_before_the_path():
    assert repository_path(repository(source_root="apps/web"), "shop/orders.py") == "apps/web/shop/orders.py"


def test_each_host_addresses_lines_commits_and_changes_in_its_way():
    github, gitlab = repository(), repository(provider="gitlab", full_name="a/b/c", web_url="https://git.example.com")
    template = repository(
        provider="template", web_url="", link_template="https://x.example/{repository}/{path}?h={ref}#n{line}"
    )
    assert (
        line_address(github, "abc1234", "a b/ü#.py", 3)
        == "https://github.com/acme/shop/blob/abc1234/a%20b/%C3%BC%23.py#L3"
    )
    assert line_address(gitlab, "feature/x", "a.py", 3) == "https://git.example.com/a/b/c/-/blob/feature/x/a.py#L3"
    assert line_address(template, "v1", "{line}.py", 3) == "https://x.example/acme/shop/%7Bline%7D.py?h=v1#n3"
    assert commit_address(gitlab, "abc1234") == "https://git.example.com/a/b/c/-/commit/abc1234"
    assert compare_address(github, "abc", "def") == "https://github.com/acme/shop/compare/abc...def"
    assert compare_address(github, "abc", "abc") is None
    assert commit_address(template, "abc1234") is None


def test_the_first_reference_that_is_known_counts():
    full = SourceHints("acme/shop", "abc1234", "main", "1.4.2")
    assert reference(full, "def5678", "trunk") == "abc1234"
    assert reference(SourceHints(None, None, "topic", "1.4.2"), "def5678", "trunk") == "def5678"
    assert reference(SourceHints(None, None, "topic", "1.4.2"), None, "trunk") == "topic"
    assert reference(SourceHints(None, None, None, "1.4.2"), None, "trunk") == "1.4.2"
    assert reference(SourceHints(None, None, None, "no ref: spaces"), None, "trunk") == "trunk"
    assert reference(NOTHING, None, "") == "main"


def test_hints_are_read_from_every_place_and_only_when_they_can_be_true():
    hints = SourceHints.of(
        {"git": {"sha": "ABC1234", "repository": "https://github.com/a/b.git"}, "ref": "refs/heads/x"}
    )
    assert (hints.commit, hints.repository, hints.branch) == ("abc1234", "a/b", "x")
    bad = SourceHints.of({"commit_sha": "HEAD~1", "branch": "refs/pull/4/merge", "release": ["x"]})
    assert (bad.commit, bad.branch, bad.release) == (None, None, None)


def test_the_repository_that_the_event_names_comes_first_and_keeps_its_commit_to_itself():
    admin, shop = repository(full_name="acme/admin"), repository(runtime_root="/srv/shop")
    links = SourceLinks([admin, shop], SourceHints("ACME/shop", "abc1234", None, None), {"acme/admin": "fedcba9"})
    assert links.link(frame("/srv/shop/a.py")).href == "https://github.com/acme/shop/blob/abc1234/a.py#L3"
    assert links.link(frame("b.py")).href == "https://github.com/acme/admin/blob/fedcba9/b.py#L3"


def test_libraries_are_not_in_the_repository_even_below_its_root():
    links = SourceLinks([repository(runtime_root="/srv/app")], NOTHING, {})
    assert links.link(frame("/srv/app/venv/lib/python3.12/site-packages/django/core.py", application=False)) is None
    assert links.link(frame("/srv/app/node_modules/left-pad/index.js")) is None
    assert links.link(frame("/srv/app/a.py", application=False)) is None


def test_words_say_why_there_is_no_link():
    links = SourceLinks([repository(runtime_root="/srv/app")], NOTHING, {})
    assert links.status(frame("/srv/app/a.py")) == LINKED
    assert links.explain(frame("/srv/app/a.py")) is None
    assert links.status(frame("/opt/a.py")) == NOT_UNDER_ROOT
    assert "Tried: acme/shop (/srv/app)" in links.explain(frame("/opt/a.py"))
    assert links.status(frame("/opt/a.py", application=False)) == NO_FILE
    assert SourceLinks([], NOTHING, {}).status(frame()) == NO_REPOSITORIES
