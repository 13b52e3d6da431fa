r"""Names that stay the same when the same code is built, deployed or started again.

Paths. The path of a frame depends on where the code lies, so only the part below the project's root may enter a
key, and no client sends that root. It is found like this (`cut`):

1. Where convention knows the place (`/app`, `/srv/shop`, `/home/ana/shop`, `/var/www/site` …), it says how many
   leading folders are the root.
2. A folder that is a build or release id, and everything before it, always belongs to the root; so does
   `releases/<id>` and `current`.
3. Anywhere else the common leading folders of the event's frames are the root. That is exact for every root; the
   price is that two parts of one project that look the same inside are told apart by their functions only. When all
   frames lie in one folder, two leading folders are the root, but the frame's own folder is always kept.

Library paths start behind `site-packages`, `node_modules`, `gems` and the like, without versions.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

_MAX_PATH = 512
_MAX_FUNCTION = 256

# What marks code that the project did not write, in "/" + path: spec 20 §15.2, and where the standard libraries and
# launchers of the supported languages lie.
_FOREIGN = re.compile(
    r"/(?:site-packages|dist-packages|node_modules|bower_components|gems|rubygems|vendor|pkg/mod|\.cargo|rustc)/"
    r"|^/usr/(?:lib|lib64|share|local/lib|local/go)/"
    r"|/lib(?:64)?/(?:python\d|pypy\d|ruby/|jvm/)"
    r"|/(?:\.venv|venv|virtualenv|\.virtualenvs|\.tox|\.pyenv|\.rbenv|\.rvm|\.nvm)/"
    r"|/bin/[^/.]+$"
    r"|^/[<\[(]|^/node:|^/internal/[^?]*\.js$|^/native$|^/native code"
    r"|^/(?:chrome|moz|safari|safari-web|ms-browser)-extension:"
    r"|/webpack/(?:bootstrap|runtime)|/(?:vendors?|polyfills?)[.~-][^/]*js$|^/_/src/|/Python\d+/Lib/"
)
_LIBRARY_ROOT = re.compile(
    r".*/(?:\.venv|venv|site-packages|dist-packages|node_modules|gems|vendor/bundle|pkg/mod|lib(?:64)?/(?:python|pypy)[\d.]+)/"
)
_LIBRARY_VERSION = re.compile(r"[-@]v?\d[\w.+-]{0,40}(?=/)")

_SCHEME = re.compile(
    r"^(?:webpack(?:-internal)?:/+(?:[^/]*/(?=\.{0,2}/))?|(?:https?|wss?)://[^/]*|(?:file|app|capacitor|ionic)://+(?=/)|[a-z]:(?=/))",
    re.I,
)

# Folders below which projects lie by convention, with the number of leading folders that make up the root.
_ROOT_DEPTHS = {
    "app": 1, "code": 1, "src": 1, "workspace": 1, "application": 1, "project": 1, "rails": 1, "web": 1, "site": 1,
    "srv": 2, "opt": 2, "tmp": 2, "root": 2, "mnt": 2, "workspaces": 2, "github": 2, "inetpub": 2, "var": 2,
    "home": 3, "users": 3, "builds": 3, "usr": 3, "var/www": 3, "var/app": 3, "var/lib": 3, "private": 4,
    "a": 3, "a/_work": 4, "opt/render": 4,
}  # fmt: skip
# Folders in which people keep their projects: /home/ana/code/shop
_SHELVES = frozenset({"code", "dev", "git", "projects", "repos", "sites", "source", "src", "work", "workspace", "www"})
_GUESSED_DEPTH = 2

_ID_FOLDER = re.compile(r"(?:\d{6,}|(?=[a-f]*\d)[0-9a-f]{7,}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$", re.I)

_ID_IN_URL = re.compile(r"\d+$|(?=.*\d)(?=.*[A-Z])[\w-]{20,}$|" + _ID_FOLDER.pattern, re.I)

_SCRIPT_ENDINGS = frozenset({"js", "mjs", "cjs", "jsx", "ts", "tsx", "css", "map"})
_BUILD_MARKERS = frozenset({"min", "chunk", "bundle", "prod", "umd", "esm"})
_MAX_HASH = 65
_ASSET_HASH = re.compile(r"[.\-_](?:(?=[a-f]*\d)[0-9a-f]{6,}|(?=[\w-]{0,7}\d|[\w-]{0,6}[A-Z][\w-]{0,6}[A-Z])[\w-]{8})$")


# What V8 writes before a frame that was awaited: before its function, and before its file when that has no name.
ASYNC = "async "


class Path(NamedTuple):
    """`folders` and `name` are free of schemes, drives, queries and hashes.

    `root` is the number of leading folders that convention takes for the root (0 for relative paths); `certain` is
    false when that is only a guess. `bundle` marks built assets, whose function names may be minified.
    """

    in_app: bool
    folders: tuple[str, ...]
    name: str
    root: int
    certain: bool
    bundle: bool

    def below(self, depth: int) -> str:
        """The path without its first folders."""
        return "/".join((*self.folders[depth:], self.name))

    def below_conventional_root(self) -> str:
        return self.below(self.root)


@lru_cache(maxsize=8192)
def path(raw: str) -> Path:
    """What a frame's file says about itself. Only the last 512 characters of a longer path are read."""
    text = raw[-_MAX_PATH:].replace("\\", "/").strip().removeprefix(ASYNC)
    text = text.partition("?")[0].partition("#")[0] or text
    foreign = _FOREIGN.search(text if text.startswith("/") else "/" + text) is not None
    scheme = _SCHEME.match(text)
    remote = scheme is not None and scheme[0][:4].lower() in ("http", "webp", "ws:/", "wss:")
    text = text[scheme.end() :] if scheme is not None else text
    absolute = text.startswith("/") and not remote and not foreign
    if foreign:
        library = _LIBRARY_ROOT.match("/" + text)
        text = _LIBRARY_VERSION.sub("", text[library.end() - 1 :] if library is not None else text)
    parts = [part for part in text.split("/") if part not in ("", ".", "..")] or [text]
    if remote:
        parts = ["*" if _ID_IN_URL.match(part) else part for part in parts]
    name, bundle = _asset_name(parts.pop())
    root, certain = _root_of(parts) if absolute else (0, True)
    return Path(not foreign, tuple(parts), name, root, certain, bundle)


def _root_of(folders: list[str]) -> tuple[int, bool]:
    """(number of leading folders that are the project's root, whether convention knows the place)."""
    if not folders:
        return 0, True
    top = folders[0].lower()
    pair = f"{top}/{folders[1].lower()}" if len(folders) > 1 else top
    depth = _ROOT_DEPTHS.get(pair) or _ROOT_DEPTHS.get(top)
    if depth == 3 and len(folders) > 3 and folders[2].lower() in _SHELVES:
        depth = 4
    release = _release_root(folders)
    if release or depth is not None:
        return min(max(release, depth or 0), len(folders)), True
    return max(min(_GUESSED_DEPTH, len(folders) - 1), 0), False


def _release_root(folders: list[str]) -> int:
    for index in range(len(folders) - 1, -1, -1):
        folder = folders[index]
        if _ID_FOLDER.match(folder) or (folder == "current" and index) or folders[index - 1 : index] == ["releases"]:
            return index + 1
    return 0


def _asset_name(name: str) -> tuple[str, bool]:
    """(file name without content hashes, whether it is a built asset): main.3f2a9c.js gives main.js."""
    stem, _, ending = name.rpartition(".")
    if not stem or ending.lower() not in _SCRIPT_ENDINGS:
        return name, False
    bundle = False
    while (parts := stem.rpartition("."))[0] and parts[2].lower() in _BUILD_MARKERS:
        stem, ending, bundle = parts[0], f"{parts[2]}.{ending}", True
    cleaned = stem[:-_MAX_HASH] + _ASSET_HASH.sub("", stem[-_MAX_HASH:])
    bundle = bundle or cleaned != stem
    if cleaned.isdigit() or _ID_FOLDER.match(cleaned):
        cleaned, bundle = "*", True
    return f"{cleaned}.{ending}", bundle


def cut(paths: list[Path | None]) -> list[str]:
    """The paths of one event's frames, each relative to the project's root (module docstring); None gives ""."""
    unknown = {found.folders for found in paths if found is not None and not found.certain}
    common = _common_depth(min(unknown), max(unknown)) if len(unknown) > 1 else 0
    return [
        "" if found is None else found.below(found.root if found.certain or not common else common) for found in paths
    ]


def _common_depth(left: tuple[str, ...], right: tuple[str, ...]) -> int:
    depth = 0
    while depth < min(len(left), len(right)) and left[depth] == right[depth]:
        depth += 1
    return depth


_RUBY_LABEL = re.compile(r"^(?:(?:block|rescue|ensure)(?: \(\d+ levels\))? in )+")
_CALL_ALIAS = re.compile(r" \[as [^\]]*\]$")
_DOTNET_GENERATED = re.compile(r"<(\w+)>[a-z]__\w+(?:\.MoveNext)?|<>c(?:__DisplayClass\w*)?\.?")
_GENERATED_SUFFIX = re.compile(r"\$\$.*$|[$#]\d+|(?<!_)__+\d+(?:_\d+)*|`\d+")
_LONG_ID = re.compile(r"0x[0-9a-f]+|(?<![0-9a-z])(?=[a-f]*\d)[0-9a-f]{7,}(?![0-9a-z])|\d{4,}", re.I)
_NO_NAME = frozenset({
    "", "?", "<anonymous>", "anonymous", "Object.<anonymous>", "(anonymous)", "<unknown>", "{closure}", "eval",
    "null",
})  # fmt: skip
ANONYMOUS = "?"

# Python 3.12 stopped making frames for most of these; with or without them it is the same stack.
COMPREHENSIONS = frozenset({"<listcomp>", "<dictcomp>", "<setcomp>"})


@lru_cache(maxsize=8192)
def function(raw: str) -> str:
    """A function's name without arguments, wrappers, generated parts and ids; `?` for one without a name."""
    name = raw[:_MAX_FUNCTION].strip()
    name = name.removeprefix(ASYNC).removeprefix("new ").replace("<locals>.", "")
    name = _RUBY_LABEL.sub("", _CALL_ALIAS.sub("", name))
    if "(" in name and not name.startswith(("(", "-[", "+[")) and "(required)" not in name:
        name = name.partition("(")[0]
    name = _DOTNET_GENERATED.sub(lambda match: match[1] or "", name)
    name = _LONG_ID.sub("*", _GENERATED_SUFFIX.sub("", name)).strip()
    return ANONYMOUS if name in _NO_NAME else name


# Class name prefixes of the platforms' own code, for frames that name a class and no path.
_PLATFORM_CLASSES = (
    "java.", "javax.", "jakarta.", "jdk.", "sun.", "com.sun.", "kotlin.", "kotlinx.", "scala.", "groovy.",
    "clojure.", "android.", "androidx.", "com.android.", "dalvik.", "libcore.", "org.springframework.",
    "org.apache.",
    "org.hibernate.", "org.junit.", "org.eclipse.jetty.", "io.netty.", "reactor.", "okhttp3.", "retrofit2.",
    "lucee.", "coldfusion.", "System.", "Microsoft.", "Npgsql.", "Newtonsoft.",
)  # fmt: skip


def is_platform_class(name: str) -> bool:
    """Whether a qualified class or function belongs to a language's own libraries (java.util.ArrayList.get)."""
    return name.startswith(_PLATFORM_CLASSES)


@lru_cache(maxsize=4096)
def class_name(raw: str) -> str:
    """An exception class without generated parts: Shop.<locals>.Failed, Proxy$$1a2b."""
    return _LONG_ID.sub("*", _GENERATED_SUFFIX.sub("", raw[:_MAX_FUNCTION].replace("<locals>.", "")))
