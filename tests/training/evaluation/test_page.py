"""The report: self-contained, without script, every figure with its interval, and the same as JSON."""

from __future__ import annotations

import base64
import json
import re
from html.parser import HTMLParser

import pytest

from pipeline.document import DISCLAIMER
from training.evaluation.numbers import as_json
from training.evaluation.page import as_html
from training.evaluation.values import Figure, Picture, Plot, Report, Section, SetReport, Table, Weights
from training.metrics import Estimate

UNDEFINED = Estimate(float("nan"), float("nan"), float("nan"), 0)
SECTION = Section(
    "Masses & <marks>",
    "A note.",
    (Figure("masses.ap50", "AP at IoU 0.5", Estimate(0.512, 0.4, 0.61, 28)), Figure("a.b", "nothing", UNDEFINED)),
    (Table("A table", ("what", "n", "how"), (("<x>", 3, None), ("y", 0.5, Estimate(1, 1, 1, 2)))),),
    (Plot("FROC", "<svg></svg>"),),
    (Picture("Missed masses", "never marked", b"\xff\xd8"),),
)
REPORT = Report(
    made="2026-11-20",
    command="mammoscope evaluate --sets drawn",
    patients="Patients of fold 0.",
    draws=1000,
    seed=0,
    weights=(Weights("all judged", "detector", "compact-detector", "2026.11.20", "ab" * 32),),
    sets=(SetReport("drawn", 12, 5, ("7: unsupported_image",), (SECTION,)),),
)


class Read(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture(scope="module")
def page() -> Read:
    read = Read()
    read.feed(as_html(REPORT))
    return read


def test_nothing_is_fetched_and_nothing_runs(page: Read) -> None:
    assert {tag for tag, _ in page.tags}.isdisjoint({"script", "link", "iframe", "object"})
    for _, attributes in page.tags:
        assert not [name for name in attributes if name.startswith("on")]
        for name in ("src", "href"):
            assert (attributes.get(name) or "#").startswith(("#", "data:"))
    assert not re.search(r"url\(|@import|https?://", as_html(REPORT))


def test_the_disclaimer_the_command_and_the_weights_are_on_it(page: Read) -> None:
    assert DISCLAIMER in page.text
    assert "mammoscope evaluate --sets drawn" in page.text
    assert "abababababababab" in page.text
    assert "12 images of 5 patients. Refused by the pipeline: 7: unsupported_image." in page.text


def test_a_figure_stands_with_its_interval_and_what_it_counts(page: Read) -> None:
    assert "0.512 (0.400–0.610) n = 28" in page.text
    assert "– (n = 0)" in page.text
    assert "nan" not in page.text


def test_words_are_escaped(page: Read) -> None:
    assert "Masses & <marks>" in page.text
    assert "<x>" in page.text
    assert {"marks", "x"}.isdisjoint(tag for tag, _ in page.tags)


def test_plots_and_pictures_are_inside_and_have_words_for_those_who_do_not_see_them(page: Read) -> None:
    images = [attributes for tag, attributes in page.tags if tag == "img"]
    assert [image["alt"] for image in images] == ["FROC", "never marked"]
    first, second = (str(image["src"]) for image in images)
    assert base64.b64decode(first.removeprefix("data:image/svg+xml;base64,")) == b"<svg></svg>"
    assert base64.b64decode(second.removeprefix("data:image/jpeg;base64,")) == b"\xff\xd8"


def test_json_holds_figures_tables_and_requirements_and_is_strict() -> None:
    told = json.loads(json.dumps(as_json(REPORT), allow_nan=False))
    drawn = told["sets"]["drawn"]
    assert drawn["figures"]["masses.ap50"] == {
        "section": "Masses & <marks>",
        "label": "AP at IoU 0.5",
        "value": 0.512,
        "low": 0.4,
        "high": 0.61,
        "n": 28,
    }
    assert drawn["figures"]["a.b"]["value"] is None
    assert drawn["tables"][0]["rows"][0] == ["<x>", 3, None]
    met = {entry["number"]: entry["status"] for entry in told["requirements"]["drawn"]}
    assert (met["F1.1"], met["F1.2"], met["NF2"]) == ("met", "not measured", "by test")
    assert told["disclaimer"] == DISCLAIMER
