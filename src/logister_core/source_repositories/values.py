"""What people enter about a repository, checked and brought into one form (grouping chapter §17.1)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from logister_core.errors import Refused
from logister_core.security.inputs import one_line
from logister_core.source_repositories.models import Provider

HOSTS: Final = {Provider.GITHUB: "https://github.com", Provider.GITLAB: "https://gitlab.com", Provider.TEMPLATE: ""}
_HOST_PROVIDERS: Final = {host: provider for provider, host in HOSTS.items() if host}
# The fields of the form, in its order.
FIELDS: Final = (
    "provider", "full_name", "web_url", "link_template", "default_branch", "runtime_root", "source_root", "enabled",
)  # fmt: skip
PLACES: Final = ("{path}", "{ref}", "{line}", "{repository}")
LENGTH: Final = 500

_NAME = re.compile(r"[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+")
_NESTED_NAME = re.compile(r"[A-Za-z0-9_.-]+(?:/[A-Za-z0-9_.-]+)+")
_ANY_NAME = re.compile(r"[A-Za-z0-9_.-]+(?:/[A-Za-z0-9_.-]+)*")
_SSH = re.compile(r"(?:ssh://)?git@(?P<host>[A-Za-z0-9.-]+)(?::\d+/|[:/])(?P<path>.+)")
_PLACE = re.compile(r"\{[^{}]*\}|[{}]")
_HOST = re.compile(r"[A-Za-z0-9.-]+(?::\d{1,5})?|\[[0-9A-Fa-f:.]+\](?::\d{1,5})?")
# As git allows branch names, as far as they can stand in an address.
_BRANCH = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._/+@#=-]*")


@dataclass(frozen=True, slots=True)
class RepositoryValues:
    provider: str
    full_name: str
    web_url: str
    link_template: str
    default_branch: str
    runtime_root: str
    source_root: str
    enabled: bool


def entered(values: Mapping[str, str]) -> dict[str, str]:
    """The fields as text, so that a refused form can be shown again."""
    found = {name: one_line(values.get(name, ""))[: LENGTH + 1] for name in FIELDS}
    found["provider"] = found["provider"] or Provider.GITHUB.value
    return found


def read_repository(values: Mapping[str, str]) -> RepositoryValues:
    """The checked values. Raises `Refused` with problems by field."""
    text = entered(values)
    problems = {name: f"At most {LENGTH} characters." for name, value in text.items() if len(value) > LENGTH}
    if text["provider"] not in set(Provider):
        raise Refused({"provider": "Choose where the repository is hosted."})
    provider = Provider(text["provider"])
    name, host = _name_and_host(text["full_name"])
    if provider is not Provider.TEMPLATE and host in _HOST_PROVIDERS:
        # Pasting an address says enough.
        provider = _HOST_PROVIDERS[host]
    is_template = provider is Provider.TEMPLATE
    web_url = _web_url(provider, host or text["web_url"].rstrip("/"))
    template = text["link_template"] if is_template else ""
    roots = {field: text[field].replace("\\", "/").strip() for field in ("runtime_root", "source_root")}
    roots["runtime_root"] = roots["runtime_root"].rstrip("/") or ("/" if roots["runtime_root"] else "")
    roots["source_root"] = roots["source_root"].removeprefix("./").strip("/")
    problem = _name_problem(provider, name)
    if problem:
        problems["full_name"] = problem
    if not is_template and not is_host(web_url):
        problems["web_url"] = "must be an address like https://git.example.com"
    if is_template:
        problem = _template_problem(template)
        if problem:
            problems["link_template"] = problem
    if text["default_branch"] and not is_reference(text["default_branch"]):
        problems["default_branch"] = "is no name of a branch"
    for field, value in roots.items():
        if ".." in value.split("/"):
            problems[field] = "cannot include path traversal"
    if problems:
        raise Refused(problems)
    return RepositoryValues(
        provider=provider.value,
        full_name=name,
        web_url=web_url,
        link_template=template,
        default_branch=text["default_branch"],
        runtime_root=roots["runtime_root"],
        source_root=roots["source_root"],
        enabled=text["enabled"].lower() in ("1", "true", "on", "yes"),
    )


def _web_url(provider: Provider, address: str) -> str:
    """The host as entered; the usual one for none, and instead of the usual one of another provider."""
    if provider is Provider.TEMPLATE or not address or address in HOSTS.values():
        return HOSTS[provider]
    return address


def is_host(address: str) -> bool:
    """Whether `address` is http(s), a host and perhaps a path below which the hosting lives; nothing else."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return (
        parts.scheme in ("http", "https")
        and _HOST.fullmatch(parts.netloc) is not None
        and not (parts.query or parts.fragment)
        and re.fullmatch(r"[A-Za-z0-9/_.~-]*", parts.path) is not None
        and ".." not in parts.path
    )


def is_reference(text: str) -> bool:
    """Whether a commit, branch or tag can have this name and stand in an address."""
    return len(text) <= 255 and _BRANCH.fullmatch(text) is not None and ".." not in text and not text.endswith("/")


def _name_and_host(text: str) -> tuple[str, str]:
    """`https://github.com/acme/shop.git`, `git@github.com:acme/shop.git`, `/acme/shop` -> name, and host if told."""
    host = ""
    ssh = _SSH.fullmatch(text)
    if ssh is not None:
        host, text = f"https://{ssh['host']}", ssh["path"]
    elif text.startswith(("http://", "https://")):
        scheme, _, rest = text.partition("://")
        name, _, text = rest.partition("/")
        host = f"{scheme}://{name.rpartition('@')[2].removeprefix('www.')}"
        text = text.partition("?")[0].partition("#")[0].partition("/-/")[0]
    return text.strip("/").removesuffix(".git").rstrip("/"), host


def _name_problem(provider: Provider, name: str) -> str | None:
    patterns = {Provider.GITHUB: _NAME, Provider.GITLAB: _NESTED_NAME, Provider.TEMPLATE: _ANY_NAME}
    if patterns[provider].fullmatch(name) and not {".", ".."} & set(name.split("/")):
        return None
    return "must look like group/project" if provider is Provider.GITLAB else "must look like owner/repository"


def _template_problem(template: str) -> str | None:
    try:
        parts = urlsplit(template)
    except ValueError:
        return "must be an address like https://host/{path}#L{line}"
    if parts.scheme not in ("http", "https") or not _HOST.fullmatch(parts.netloc) or " " in template:
        return "must be an address like https://host/{path}#L{line}"
    unknown = next((place for place in _PLACE.findall(template) if place not in PLACES), None)
    if unknown is not None:
        return f"has no place called {unknown}; there are {', '.join(PLACES)}"
    if "{path}" not in template:
        return "needs {path}, the place of the file's path"
    return None
