"""The conformance statement's tables are the program's own lists."""

from __future__ import annotations

import re
from functools import cache

from pydicom import uid

from app.network.received import SOP_CLASSES
from app.network.routing import AET
from app.network.scp import ASSOCIATIONS, TRANSFER_SYNTAXES, VERIFICATION
from app.network.scu import SYNTAXES
from app.settings import Settings
from pipeline.deidentify import Dates, Options
from pipeline.dicom_decode import DECODERS
from pipeline.export import KINDS, result_objects, source_headers
from pipeline.finding import Analysis
from pipeline.read import read
from tests.pipeline.files import dicom, levels
from tests.rules.source_tree import ROOT

UIDS = {"StudyInstanceUID": "1.2.3.1", "SeriesInstanceUID": "1.2.3.2"}
TABLE_ROW = re.compile(
    r"^\| (?P<name>[^|]+?) \| (?P<uid>1\.2\.840\.10008\.[0-9.]+) \|(?: (?P<last>[^|]+?) \|)?$", re.MULTILINE
)


@cache
def page() -> str:
    return (ROOT / "docs" / "dicom-conformance.md").read_text("utf-8")


def section(number: str) -> str:
    """From the heading of that number to the next one of any level."""
    found = re.search(rf"^#+ {re.escape(number)} .*?(?=^#|\Z)", page(), re.MULTILINE | re.DOTALL)
    assert found is not None, number
    return found.group(0)


def rows(number: str) -> list[tuple[str, str]]:
    """(UID, what stands in the last column) of every table row of a section."""
    return [(row["uid"], row["last"] or "") for row in TABLE_ROW.finditer(section(number))]


def test_the_classes_and_syntaxes_taken_in_are_those_of_the_storage_scp() -> None:
    found = rows("3.2.1")
    assert {value for value, role in found if role == "SCP"} == {VERIFICATION, *SOP_CLASSES}
    assert [value for value, role in found if not role] == TRANSFER_SYNTAXES  # in the order of preference
    assert len(found) == 1 + len(SOP_CLASSES) + len(TRANSFER_SYNTAXES)
    assert set(DECODERS) < set(TRANSFER_SYNTAXES)


def test_names_beside_uids_are_those_of_the_standard() -> None:
    for row in TABLE_ROW.finditer(page()):
        if row["uid"] == uid.JPEGLosslessSV1:
            continue  # its name there is longer than a table
        said, meant = (
            re.sub(r"\W|retired|image|compression|only|storage", "", name.lower())
            for name in (row["name"], uid.UID(row["uid"]).name)
        )
        assert said in meant, row["name"]


def test_the_classes_sent_are_those_of_the_objects_that_are_made() -> None:
    data = dicom(levels(12), **UIDS)
    source = source_headers(data)
    assert source is not None
    made = result_objects(Analysis(read(data), (), None, None), source)
    expected = {(str(dataset.SOPClassUID), f"`{kind}`") for kind, dataset in made.items()}
    assert set(rows("3.2.2")) == expected
    assert set(made) == set(KINDS)
    assert {dataset.file_meta.TransferSyntaxUID for dataset in made.values()} <= set(SYNTAXES)
    defaults = " and ".join(f"`{kind}`" for kind in Settings(ROOT).results)
    assert f"By default {defaults} are made" in section("3.2.2")


def test_figures_and_names_are_those_of_the_program() -> None:
    assert f"{ASSOCIATIONS} at a time" in section("3.2.1")
    assert f"| LISTEN, SEND | {AET} | 11112" in section("3.4")
    assert all(f"{uid.UID(syntax).name}" in section("3.2.2") for syntax in SYNTAXES)


def test_every_option_of_the_deidentification_is_listed() -> None:
    options = [Options(dates, True, True, True) for dates in Dates]
    listed = {value for chosen in options for value, _ in chosen.codes()}
    assert listed == set(re.findall(r"\b1131\d\d\b", section("8.")))


def test_the_annexes_of_the_standard_are_all_there() -> None:
    headings = re.findall(r"^## \d+\. (.+)$", page(), re.MULTILINE)
    assert headings[:4] == ["Overview", "Introduction", "Networking", "Media interchange"]
    assert {"Character sets", "Security"} <= set(headings)
    assert re.findall(r"^### 3\.\d (.+)$", page(), re.MULTILINE) == [
        "Implementation model",
        "AE specifications",
        "Network interfaces",
        "Configuration",
    ]
