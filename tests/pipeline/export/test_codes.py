from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydicom.sr._cid_dict import cid_concepts
from pydicom.sr._concepts_dict import concepts
from pydicom.sr.coding import Code

from pipeline.export import codes
from pipeline.finding import Kind


def written() -> Iterator[Code]:
    """Every code of the module, those in its tables too."""
    for found in vars(codes).values():
        yield from (
            code for code in (found.values() if isinstance(found, dict) else (found,)) if isinstance(code, Code)
        )


def known(code: Code) -> set[str]:
    """What pydicom's copy of PS3.16 calls it."""
    entries = (versions.get(code.value) for versions in _terms(code.scheme_designator).values())
    return {plain(entry[0]) for entry in entries if entry}


def _terms(scheme: str) -> dict[str, Any]:
    found: dict[str, Any] = concepts[scheme]
    return found


def plain(meaning: str) -> str:
    return meaning.replace("\u200b", "").casefold()


NOT_IN_PYDICOM = {"399265009", "en"}  # a view that machines write; a language of RFC 5646
OTHER_WORDS = {"399260004": "medial-lateral", "399196006": "caudo-cranial"}  # pydicom's, against PS3.16 and ours


def test_standard_codes_mean_what_the_standard_says() -> None:
    checked = 0
    for code in written():
        if code.scheme_designator in ("DCM", "SCT") and code.value not in NOT_IN_PYDICOM:
            assert {plain(code.meaning), OTHER_WORDS.get(code.value)} & known(code), code
            checked += 1
    assert checked > 60


def test_every_other_code_is_a_unit_a_language_or_declared_as_ours() -> None:
    others = {code.scheme_designator for code in written()} - {"DCM", "SCT"}
    assert others == {"UCUM", "RFC5646", codes.OWN_SCHEME}
    assert codes.OWN_SCHEME.startswith("99")
    assert len(codes.OWN_SCHEME) <= 16  # SH


def test_meanings_fit_their_attribute() -> None:
    assert max(len(code.meaning) for code in written()) <= 64  # LO
    assert max(len(code.value) for code in written()) <= 16  # SH


def test_single_image_findings_are_of_their_context_group() -> None:
    keywords: dict[str, list[str]] = cid_concepts[6014]
    group = [(scheme, keyword) for scheme, found in keywords.items() for keyword in found]
    members = {value for scheme, keyword in group for value in _terms(scheme)[keyword]}
    assert set(codes.SINGLE_IMAGE_FINDINGS) == set(Kind)
    assert {code.value for code in codes.SINGLE_IMAGE_FINDINGS.values()} <= members


def test_codes_are_not_used_twice_for_different_things() -> None:
    meanings: dict[tuple[str, str], set[str]] = {}
    for code in written():
        meanings.setdefault((code.scheme_designator, code.value), set()).add(code.meaning)
    assert [pair for pair, found in meanings.items() if len(found) > 1] == []
