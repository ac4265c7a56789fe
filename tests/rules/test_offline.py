"""Nothing is fetched from another machine: no script, font, weight or telemetry."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.rules.source_tree import ROOT, imports_of, python_files

HERE = {"localhost", "127.0.0.1", "0.0.0.0", "[::1]"}
NAMES_NOT_ADDRESSES = {"www.w3.org", "json-schema.org", "spec.openapis.org"}  # XML namespaces and schema identifiers
URL = re.compile(r"""(?:https?:|wss?:|(?<=["'(=]))//(\[[0-9a-fA-F:]+\]|[\w.-]+\.[\w-]+|localhost)""")
COMMENT = re.compile(r"/\*.*?\*/|<!--.*?-->|^\s*//[^\n]*|(?<=\s)//\s[^\n]*", re.DOTALL | re.MULTILINE)
TALKS = ROOT / "app" / "network"  # the one folder that reaches other machines: those that were named to it
FETCHERS = {
    "pynetdicom",
    "requests",
    "httpx",
    "aiohttp",
    "urllib3",
    "urllib.request",
    "http.client",
    "ftplib",
    "smtplib",
    "wget",
}


def hosts(text: str) -> set[str]:
    """Machines other than this one that addresses in `text` name."""
    return set(URL.findall(text)) - HERE - NAMES_NOT_ADDRESSES


def frontend_files() -> list[Path]:
    folder = ROOT / "frontend"
    sources = [folder / "index.html", *(folder / "src").rglob("*"), *(folder / "public").rglob("*")]
    return [file for file in sources if file.suffix in {".html", ".css", ".ts", ".js", ".svg", ".json"}]


def texts(file: Path) -> list[str]:
    """The string literals of a Python file that are no docstring."""
    tree = ast.parse(file.read_text("utf-8"))
    docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs
    ]


def test_the_page_asks_no_other_machine() -> None:
    files = frontend_files()
    assert files
    assert {file.name: found for file in files if (found := hosts(COMMENT.sub("", file.read_text("utf-8"))))} == {}


def test_the_built_page_asks_no_other_machine() -> None:
    dist = ROOT / "frontend" / "dist"
    if not dist.is_dir():
        pytest.skip("the page is not built: make setup")
    pages = [file for file in dist.rglob("*") if file.suffix in {".html", ".css"}]
    assert pages
    assert {file.name: found for file in pages if (found := hosts(COMMENT.sub("", file.read_text("utf-8"))))} == {}


def test_the_program_names_no_other_machine() -> None:
    found = {
        f"{file.relative_to(ROOT)}: {text}"
        for file in python_files("app", "pipeline")
        for text in texts(file)
        if hosts(text)
    }
    assert found == set()


def test_only_the_network_folder_imports_what_reaches_other_machines() -> None:
    fetching = [found for found in imports_of("app", "pipeline", "models") if {found.module, found.top} & FETCHERS]
    assert [str(found) for found in fetching if not (ROOT / found.file).is_relative_to(TALKS)] == []
    assert fetching


@pytest.mark.parametrize("file", python_files("models", "training"), ids=lambda file: str(file.relative_to(ROOT)))
def test_keras_applications_are_built_without_a_download(file: Path) -> None:
    calls = [node for node in ast.walk(ast.parse(file.read_text("utf-8"))) if isinstance(node, ast.Call)]
    for call in (call for call in calls if "keras.applications." in ast.unparse(call.func)):
        given = {keyword.arg: ast.unparse(keyword.value) for keyword in call.keywords}
        assert given.get("weights") == "None", f"{file.name}:{call.lineno}: pass weights=None"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('<script src="https://cdn.example.org/a.js">', {"cdn.example.org"}),
        ('<script src="//cdn.example.org/a.js">', {"cdn.example.org"}),
        ("url(//fonts.example.org/a.woff2)", {"fonts.example.org"}),
        ("new WebSocket('wss://example.org/x')", {"example.org"}),
        ('xmlns="http://www.w3.org/2000/svg"', set()),
        ("http://127.0.0.1:8080/api", set()),
        ('fetch("/api/v1/analyses")', set()),
        ("const half = a / 2; // see https://example.org", set()),
    ],
)
def test_the_rule_sees_addresses(text: str, found: set[str]) -> None:
    assert hosts(COMMENT.sub("", text)) == found
