"""Let the demo's services look as if they ran where services run, and not inside our own package.

A traceback names the file of each function's code. Here that file is replaced, and the source handed to `linecache`
under the new name, so that clients find the lines they send along.
"""

from __future__ import annotations

import importlib
import linecache
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, FunctionType, ModuleType


def deploy(package: str, name: str, folder: str) -> None:
    """Move all modules of `package` to `folder`, as parts of a program called `name`. Repeating it changes nothing."""
    root = importlib.import_module(package)
    for found in pkgutil.iter_modules(root.__path__):
        module = importlib.import_module(f"{package}.{found.name}")
        _move(module, f"{name}.{found.name}", f"{folder}/{found.name}.py")


def _move(module: ModuleType, name: str, file: str) -> None:
    assert module.__file__ is not None  # noqa: S101
    source = Path(module.__file__).read_text(encoding="utf-8")
    # No time of change: entries without one are kept as they are.
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    for function in _functions(module):
        function.__code__ = _moved(function.__code__, file)
    for value in vars(module).values():
        if isinstance(value, type) and value.__module__ == module.__name__:
            value.__module__ = name


def _functions(module: ModuleType) -> Iterator[FunctionType]:
    for value in vars(module).values():
        if isinstance(value, FunctionType) and value.__module__ == module.__name__:
            yield value


def _moved(code: CodeType, file: str) -> CodeType:
    inner = tuple(_moved(part, file) if isinstance(part, CodeType) else part for part in code.co_consts)
    return code.replace(co_filename=file, co_consts=inner)
