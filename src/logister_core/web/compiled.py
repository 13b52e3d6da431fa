"""Compiled templates, kept between starts: compiling those of the first page takes longer than all the rest of a start.

They are kept in LOGISTER_HOME/cache/templates, or where CHAMELEON_CACHE says. What is kept there is run, so every file
is signed with the root secret: whoever may write the folder but does not know that makes nothing run, and a file that
is damaged counts as none. Nothing is lost with the folder, and without one that can be written each start compiles.
"""

from __future__ import annotations

import hashlib
import hmac
import importlib.metadata
import logging
import marshal
import os
import sys
import tempfile
from contextlib import suppress
from importlib.util import MAGIC_NUMBER
from pathlib import Path
from types import CodeType
from typing import TYPE_CHECKING, Any, Final

import chameleon.template

from logister_core import __version__
from logister_core.logs import event
from logister_core.security.keys import derived_key

if TYPE_CHECKING:
    from logister_core.settings import Settings

logger = logging.getLogger(__name__)

PURPOSE: Final = "compiled templates"
# Several releases of all templates; of those that somebody edits each version is one.
MOST_FILES: Final = 1000

Program = dict[str, Any]


class CompiledTemplates:
    """What Chameleon calls a loader: `get` finds the program of a name, `build` makes it.

    The name is a digest of the template's text and of what else decides about the program. A program is a module's
    namespace; all templates of the same text share it.
    """

    def __init__(self, folder: Path, key: bytes) -> None:
        self.folder = folder
        self._key = key
        self._programs: dict[str, Program] = {}
        self._told = False

    def keeps(self, folder: Path, key: bytes) -> bool:
        return (folder, key) == (self.folder, self._key)

    def get(self, name: str) -> Program | None:
        if name not in self._programs:
            code = self._read(name)
            if code is None:
                return None
            self._programs[name] = _run(code)
        return self._programs[name]

    def build(self, source: str, name: str) -> Program:
        code: CodeType = compile(source, name, "exec")
        self._keep(name, code)
        self._programs[name] = _run(code)
        return self._programs[name]

    def _read(self, name: str) -> CodeType | None:
        try:
            signed = self._file(name).read_bytes()
        except OSError:
            return None
        signature, packed = signed[: hashlib.sha256().digest_size], signed[hashlib.sha256().digest_size :]
        # Before it is looked into: marshal does not survive everything.
        if not hmac.compare_digest(signature, self._signature(name, packed)):
            return None
        code: CodeType = marshal.loads(packed)  # noqa: S302 - we have written it ourselves
        return code

    def _keep(self, name: str, code: CodeType) -> None:
        packed = marshal.dumps(code)
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            # Written aside and renamed: other processes read all of it or nothing.
            descriptor, aside = tempfile.mkstemp(dir=self.folder, prefix=".")
            try:
                with os.fdopen(descriptor, "wb") as stream:
                    stream.write(self._signature(name, packed) + packed)
                os.replace(aside, self._file(name))
            except BaseException:
                os.unlink(aside)
                raise
            self._forget_old()
        except OSError as error:
            if not self._told:
                self._told = True
                logger.warning(event("templates.not_kept", folder=self.folder, reason=type(error).__name__))

    def _file(self, name: str) -> Path:
        return self.folder / f"{name.removesuffix('.py')}.code"

    def _forget_old(self) -> None:
        with os.scandir(self.folder) as entries:
            files = [entry.path for entry in entries]
        if len(files) > MOST_FILES:
            # Another process may be doing the same.
            with suppress(FileNotFoundError):
                for file in sorted(files, key=os.path.getmtime)[: len(files) // 2]:
                    os.unlink(file)

    def _signature(self, name: str, packed: bytes) -> bytes:
        return hmac.digest(self._key, name.encode() + b"\0" + packed, "sha256")


def keep_compiled(settings: Settings) -> None:
    """From now on all templates of this process are kept as these settings say."""
    named = os.environ.get("CHAMELEON_CACHE")
    # Chameleon itself runs what it finds in a folder that is named; several installations may share it, as in tests.
    folder = Path(named) if named else settings.runtime.home / "cache" / "templates"
    key = PURPOSE.encode() if named else derived_key(settings.secret_key, PURPOSE)
    template = chameleon.template.BaseTemplate
    if not (isinstance(template.loader, CompiledTemplates) and template.loader.keeps(folder, key)):
        # Chameleon names the types of its own two loaders; anything with their methods will do.
        template.loader = CompiledTemplates(folder, key)  # type: ignore[assignment]
    # Chameleon names programs by the versions of all packages that are installed, which takes long to find out. These
    # are the ones that decide about the code.
    versions = f"{importlib.metadata.version('chameleon')} {__version__} {MAGIC_NUMBER.hex()} {sys.flags.optimize}"
    chameleon.template.get_pkg_digest = lambda: hashlib.sha1(versions.encode(), usedforsecurity=False)


def _run(code: CodeType) -> Program:
    program: Program = {}
    exec(code, program)  # noqa: S102 - that is what compiled templates are for
    return program
