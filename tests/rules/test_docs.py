"""What the pages claim, looked up."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.rules.source_tree import ROOT

DISCLAIMER = "Research and demonstration software, not a medical device"
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("*.md"))


def make_targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_make_target_a_page_names_exists(page: Path) -> None:
    assert set(re.findall(r"`make ([a-z-]+)|^make ([a-z-]+)", page.read_text("utf-8"), re.MULTILINE)) <= {
        pair for target in make_targets() for pair in ((target, ""), ("", target))
    }


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_file_a_page_links_to_exists(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)", page.read_text("utf-8"))
    local = [link for link in links if not link.startswith(("http://", "https://", "mailto:"))]
    assert [link for link in local if not (page.parent / link).exists()] == []


def test_the_words_of_the_design_are_make_targets() -> None:
    assert make_targets() >= {"setup", "run", "test", "check", "bench", "types", "clean"}


def test_the_first_screen_of_the_readme_gives_both_commands_and_the_disclaimer() -> None:
    first_screen = "\n".join((ROOT / "README.md").read_text("utf-8").splitlines()[:40])
    assert "make run" in first_screen
    assert "make test" in first_screen
    assert DISCLAIMER in first_screen


@pytest.mark.parametrize("page", DECISIONS, ids=name_of)
def test_a_decision_is_numbered_dated_and_gives_its_reasons(page: Path) -> None:
    text = page.read_text("utf-8")
    assert re.match(r"\d{4}-[a-z0-9-]+\.md$", page.name)
    assert re.search(r"^\d{4}-\d{2}-\d{2}\b", text, re.MULTILINE)
    assert {"Context", "Decision", "Consequences"} <= set(re.findall(r"^## (\w+)", text, re.MULTILINE))


def test_decisions_are_numbered_without_gaps() -> None:
    assert [int(page.name[:4]) for page in DECISIONS] == list(range(1, len(DECISIONS) + 1))


def test_every_folder_of_the_tree_is_on_the_map() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    assert [
        name for name in ("app", "pipeline", "models", "training", "frontend", "tests") if f"{name}/" not in text
    ] == []
