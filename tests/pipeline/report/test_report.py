from __future__ import annotations

import dataclasses
import io
import re
import shutil
import subprocess
import zlib
from base64 import a85decode, b64decode
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from pipeline.document import DISCLAIMER, to_document
from pipeline.finding import Analysis, Cancer, Finding, Kind, Masking, MaskingLevel, SecondOpinion, Size
from pipeline.geometry import Box
from pipeline.mammogram import Laterality, Mammogram
from pipeline.report import Content, content_of, pdf_of_analysis, report_html, report_pdf
from pipeline.report.words import percent

LEVELS = {MaskingLevel.LOW: 0.2, MaskingLevel.MEDIUM: 0.7, MaskingLevel.HIGH: 0.1}
ID = "0123456789abcdef0123456789abcdef"


def left_breast(rows: int = 400, columns: int = 300) -> np.ndarray[Any, np.dtype[np.float32]]:
    picture = np.zeros((rows, columns), np.float32)
    cv2.ellipse(picture, (0, rows // 2), (columns * 2 // 3, rows // 3), 0, -90, 90, 0.5, -1)
    return picture


def analysis(findings: int = 3, warnings: tuple[str, ...] = ("Special view: nothing known.",)) -> Analysis:
    outline = np.array([[20.0, 140.0], [50.0, 140.0], [50.0, 180.0], [20.0, 180.0]])
    found = [Finding(Kind.MASS, Box(20, 140, 30, 40), 0.9, outline, 0.71, Size(17.1, 190.2))]
    found += [
        Finding(Kind.CALCIFICATION_CLUSTER, Box(150, 190 + i, 20, 20), 0.8 - 0.03 * i) for i in range(findings - 1)
    ]
    mammogram = Mammogram(left_breast(), Laterality.LEFT, "CC", (0.1, 0.1))
    models = {"detector": "detector-compact 1 sha256:0123456789ab"}
    return Analysis(
        mammogram,
        tuple(found[:findings]),
        Masking(MaskingLevel.MEDIUM, LEVELS),
        Cancer(0.34, 0.34),
        models,
        {},
        warnings,
    )


def content(made: Analysis | None = None, least: float = 0.3, **more: Any) -> Content:
    made = made or analysis()
    grey = np.round(made.mammogram.pixels * 255).astype(np.uint8)
    return content_of({**to_document(made, "doe_jane.dcm"), **more}, grey, least, ID, "2026-11-20 12:25 UTC")


def text_of(pdf: bytes) -> str:
    """What a reader sees, by an independent program."""
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext (poppler-utils) is not installed")
    done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True)
    return " ".join(done.stdout.decode().split())


def test_a_finding_is_told_in_birads_words() -> None:
    mass, cluster, _ = content().rows
    assert (mass.what, mass.size, mass.confidence, mass.malignant) == ("Mass", "17.1 mm", "0.90", "71 %")
    words, _, distance = mass.location.partition(", about ")
    assert words == "left breast, outer half, posterior third"
    assert float(distance.removesuffix(" mm from nipple")) == pytest.approx(np.hypot(16.5, 4), abs=2)
    assert (cluster.what, cluster.size, cluster.malignant) == ("Grouped calcifications", "", "")
    assert cluster.location.startswith("left breast, central, anterior third")


def test_a_second_opinion_stands_beside_the_first_and_is_explained() -> None:
    alone = analysis(1)
    (mass,) = alone.findings
    asked = dataclasses.replace(mass, second_opinion=SecondOpinion("hybrid", 0.4, disagrees=True))
    agreed = dataclasses.replace(mass, second_opinion=SecondOpinion("hybrid", 0.9, disagrees=False))
    rows = [content(dataclasses.replace(alone, findings=(one,))).rows[0].malignant for one in (asked, agreed)]
    assert rows == ["71 %; second 40 %, disagrees", "71 %; second 90 %"]
    told = dataclasses.replace(alone, findings=(asked,))
    assert any("another network" in text for text in content(told).meanings)
    assert not any("another network" in text for text in content(alone).meanings)
    pdf = text_of(report_pdf(content(told)))
    assert "40 %" in pdf
    assert "disagrees" in pdf.split("What the numbers mean")[0]


def test_the_threshold_and_what_it_hides_are_told() -> None:
    found = content(least=0.78)
    assert [row.number for row in found.rows] == [1, 2]
    assert "0.78" in found.threshold
    assert found.left_out == "1 below this confidence is not shown."


def test_what_is_beyond_one_page_is_counted() -> None:
    found = content(analysis(13))
    assert (len(found.rows), found.left_out[:7]) == (10, "3 more ")


def test_unknown_facts_stay_unknown() -> None:
    bare = dataclasses.replace(analysis(1), masking=None, cancer=None, mammogram=Mammogram(left_breast()))
    found = content(bare)
    assert (found.masking, found.cancer) == ("not estimated", "not estimated")
    assert "Side unknown, view unknown" in found.examination
    assert found.rows[0].location == "breast (side unknown), posterior third"


def test_in_a_magnified_view_distances_are_those_in_the_breast() -> None:
    plain = analysis(1)
    twice = dataclasses.replace(plain, mammogram=dataclasses.replace(plain.mammogram, magnification=2.0))
    distances = [float(content(made).rows[0].location.split("about ")[1].split()[0]) for made in (plain, twice)]
    assert distances[1] == pytest.approx(distances[0] / 2, abs=1)
    assert "magnified 2 times" in content(twice).examination
    assert "magnified" not in content(plain).examination


def test_a_picture_without_a_breast_still_gives_a_report() -> None:
    blank = dataclasses.replace(analysis(1), mammogram=Mammogram(np.zeros((64, 64), np.float32)))
    assert content(blank).rows[0].location == ""


def test_the_convention_is_told_where_it_was_used() -> None:
    said = "upper edge lateral"
    assert any(said in line for line in content().meanings)
    made = analysis()
    known = content_of(to_document(made, ""), np.round(made.mammogram.pixels * 255).astype(np.uint8), 0.3,
                       orientation=("A", "R"))  # fmt: skip
    assert not any(said in line for line in known.meanings)


@pytest.mark.parametrize(
    ("share", "said"), [(0.714, "71 %"), (0.999, "> 99 %"), (0.001, "< 1 %"), (1.0, "100 %"), (0, "0 %")]
)
def test_nothing_is_called_certain_that_is_not(share: float, said: str) -> None:
    assert percent(share) == said


def test_the_picture_is_the_breast_with_numbered_marks() -> None:
    shown = content().picture
    pixels = np.asarray(Image.open(io.BytesIO(shown.jpeg)))
    assert pixels.shape == (shown.height, shown.width, 3)
    assert shown.width < 300 and shown.height < 400  # noqa: PT018  # what lies around the breast is cut off
    assert int((np.ptp(pixels.astype(int), axis=2) > 60).sum()) > 200


def test_large_pictures_are_made_small() -> None:
    large = dataclasses.replace(analysis(), mammogram=Mammogram(left_breast(4000, 3000)))
    assert max(content(large).picture.width, content(large).picture.height) <= 1200


@pytest.mark.parametrize(
    "made", [analysis(0), analysis(3), analysis(13, tuple(f"Warning {i}: look." for i in range(12)))]
)
def test_the_pdf_is_one_page_a4_whatever_it_holds(made: Analysis) -> None:
    pdf = report_pdf(content(made))
    assert re.findall(rb"/Count (\d+)", pdf) == [b"1"]
    assert re.findall(rb"/MediaBox \[\s*([\d. ]+?)\s*\]", pdf) == [b"0 0 595.2756 841.8898"]


def test_the_same_content_gives_the_same_bytes() -> None:
    assert report_pdf(content()) == report_pdf(content())
    assert report_html(content()) == report_html(content())
    assert pdf_of_analysis(analysis(), 0.3, ID) == pdf_of_analysis(analysis(), 0.3, ID)
    assert report_pdf(content()) != report_pdf(content(least=0.95))


def test_the_pdf_says_what_the_content_says() -> None:
    made = content()
    text = text_of(report_pdf(made))
    for part in (
        *(row.location for row in made.rows),
        made.examination,
        made.masking,
        *made.warnings,
        *made.models,
        ID,
    ):
        assert " ".join(part.split()) in text
    for said in ("BI-RADS 4 or above stood in for malignancy", "breast density stood in", "34 %", "71 %", "Signature"):
        assert said in text
    assert text.count(DISCLAIMER) == 2


def test_the_html_says_the_same_and_runs_nothing() -> None:
    made = content()
    html = report_html(made)
    for part in (
        *(row.location for row in made.rows),
        made.examination,
        made.masking,
        *made.warnings,
        *made.models,
        ID,
    ):
        assert part in html
    assert html.count(DISCLAIMER) == 2
    assert "<script" not in html
    assert re.findall(r"""(?:src|href)=["'](?!data:)""", html) == []


def test_without_findings_it_does_not_say_that_all_is_well() -> None:
    assert "does not rule out cancer" in report_html(content(analysis(0)))


def test_neither_holds_the_name_the_file_came_under() -> None:
    pdf = report_pdf(content())
    streams = re.findall(rb"stream\r?\n(.+?)endstream", pdf, re.DOTALL)
    assert len(streams) >= 3
    for stream in (pdf, *map(decoded, streams), report_html(content()).encode()):
        assert b"doe" not in stream.lower()
    assert re.search(rb"/Title \(Mammogram reading aid: report\)", pdf)


def decoded(stream: bytes) -> bytes:
    try:
        return zlib.decompress(a85decode(stream.strip().removesuffix(b"~>")))
    except (ValueError, zlib.error):
        return b""  # the JPEG


def test_what_comes_from_a_file_is_text_and_nothing_else() -> None:
    made = content(warnings=["<img src=x onerror=alert(1)> & <b>", "\u2603 is no letter of the font"])
    assert "<img src=x" not in report_html(made)
    assert "<img src=x onerror=alert(1)> & <b>" in text_of(report_pdf(made))


def test_the_page_carries_the_style_its_policy_names(tmp_path: Path) -> None:
    import hashlib

    from pipeline.report import STYLE_HASH

    (style,) = re.findall(r"<style>(.*?)</style>", report_html(content()), re.DOTALL)
    assert b64decode(STYLE_HASH) == hashlib.sha256(style.encode()).digest()
