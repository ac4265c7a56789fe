"""What axe finds wrong with the main states of the page: nothing serious (WCAG 2.2 A and AA, Deque's axe-core)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.browser.reader import Reader

AXE = Path(__file__).resolve().parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
CHECK = """async () => {
  const only = { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] };
  const { violations } = await axe.run(document, { runOnly: only, resultTypes: ["violations"] });
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(" | ")}`);
}"""
Act = Callable[[Reader], None]


def tab(name: str) -> Act:
    return lambda reader: reader.page.get_by_role("tab", name=name).click()


def press(key: str) -> Act:
    return lambda reader: reader.page.keyboard.press(key)


def german(reader: Reader) -> None:
    reader.page.get_by_label("Language").select_option("de")


STATES: dict[str, Act] = {
    "picture": tab("Picture"),
    "verdict": tab("Verdict"),
    "models": tab("Models"),
    "exports": tab("Exports"),
    "keys": press("?"),
    "heatmap legend": press("b"),
    "German": german,
    "kept back": press("q"),
}


@pytest.fixture
def axe() -> str:
    if not AXE.is_file():
        pytest.skip("axe-core is not installed: make setup")
    return AXE.read_text()


def test_the_empty_page_has_no_serious_violation(reader: Reader, axe: str) -> None:
    reader.page.evaluate(axe)
    assert reader.page.evaluate(CHECK) == []


def test_no_main_state_with_a_result_has_a_serious_violation(reader: Reader, phantom_dicom: Path, axe: str) -> None:
    reader.upload(phantom_dicom)
    reader.wait_for_result()
    for name, act in STATES.items():
        reader.page.evaluate(axe)
        act(reader)
        found = reader.page.evaluate(CHECK)
        assert found == [], name
        reader.page.keyboard.press("Escape")


def test_every_control_has_a_name_and_tells_its_state(reader: Reader, phantom_dicom: Path) -> None:
    reader.upload(phantom_dicom)
    reader.wait_for_result()
    tree = reader.page.locator("body").aria_snapshot()
    assert 'button ""' not in tree
    for said in (
        'group "Your verdict on finding 1"',
        'tab "Picture" [selected]',
        'searchbox "Search"',
        'slider "Show from confidence"',
        'navigation "Worklist"',
    ):
        assert said in tree, said
