"""What the rules look at: our files, what they import, and the pins."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
OURS = ("app", "models", "pipeline", "training")


@dataclass(frozen=True)
class Import:
    """One imported module, absolute: `pipeline.geometry`, `tensorflow`."""

    file: Path  # relative to the checkout
    line: int
    module: str
    at_import_time: bool  # neither inside a function nor under `if TYPE_CHECKING`
    for_types_only: bool

    @property
    def top(self) -> str:
        return self.module.partition(".")[0]

    def __str__(self) -> str:
        return f"{self.file}:{self.line} imports {self.module}"


def python_files(*folders: str) -> list[Path]:
    return [file for folder in folders for file in sorted((ROOT / folder).rglob("*.py"))]


def imports_of(*folders: str) -> list[Import]:
    """All imports of the Python files below `folders`."""
    return [found for file in python_files(*folders) for found in imports_in(file.read_text("utf-8"), file)]


def imports_in(source: str, file: Path) -> Iterator[Import]:
    return _walk(ast.parse(source), file.relative_to(ROOT), at_import_time=True, for_types_only=False)


def _walk(node: ast.AST, file: Path, at_import_time: bool, for_types_only: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        for module in _modules(child, file):
            yield Import(file, getattr(child, "lineno", 0), module, at_import_time, for_types_only)
        lazy = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        types = isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test)
        yield from _walk(child, file, at_import_time and not lazy and not types, for_types_only or types)


def _modules(node: ast.AST, file: Path) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        package = file.parts[:-1][: len(file.parts) - node.level] if node.level else ()
        base = ".".join((*package, *filter(None, [node.module])))
        return [f"{base}.{alias.name}" for alias in node.names] if not node.module else [base]
    if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("import_module", "__import__")):
        return [a.value for a in node.args[:1] if isinstance(a, ast.Constant) and isinstance(a.value, str)]
    return []


def pins(requirements: str) -> dict[str, str]:
    """Normalised name (PEP 503) -> version; every line must be an exact pin."""
    lines = [line.partition("#")[0].strip() for line in (ROOT / requirements).read_text("utf-8").splitlines()]
    found: dict[str, str] = {}
    for line in filter(None, lines):
        name, exactly, version = line.partition("==")
        if not exactly or normalised(name) in found:
            raise ValueError(f"{requirements}: expected one exact pin a package, received {line!r}")
        found[normalised(name)] = version
    return found


def normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
