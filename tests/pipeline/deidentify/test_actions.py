"""Held against the standard's table: DICOM PS3.15 Table E.1-1, edition 2024b, groups that we keep anything of."""

from __future__ import annotations

from itertools import product

import pytest
from pydicom.datadict import dictionary_keyword, dictionary_VR, keyword_dict
from pydicom.tag import Tag

from pipeline.deidentify import actions
from pipeline.deidentify.actions import Fate, fate, is_harmless
from pipeline.deidentify.options import Dates, Options

MUST_GO = """
0008: 0015 0024 0025 0034 0035 0054 0055 0081 0092 0094 0096 009D 0201 1000 1030 103E 1040 1041 1048 1049 1050 1052 1060
      1062 1080 1084 1088 1120 2111 4000
0010: 0021 0032 0050 0101 0102 1000 1001 1002 1005 1010 1020 1030 1040 1050 1060 1080 1081 1090 1100 2000 2110 2150 2152
      2154 2155 2160 2180 21A0 21B0 21C0 21D0 21F0 2297 2299 4000
0018: 0027 0035 1004 1005 1007 1008 1009 100A 1012 1014 1042 1043 1072 1073 1078 1079 1200 1201 1202 1204 1205 4000 5011
      9185 9373 937B 937F 9424 9937 A002 A003
0020: 0027 3401 3403 3405 3406 4000 9158
0028: 4000
0040: 0001 0002 0003 0004 0005 0006 0007 0009 000B 0010 0011 0012 0241 0242 0243 0244 0245 0250 0251 0253 0254 0275 0280
      0310 050A 051A 0600 0602 06FA 1001 1002 1004 1005 100A 1010 1011 1102 1103 1104 1400 2001 2004 2005 2008 2009 2010
      2011 2400 3001 4005 4008 4010 4011 4025 4027 4028 4030 4034 4035 4036 4037 4050 4051 4052 A023 A024 A033 A078 A07A
      A07C A110 A112 A192 A193 A307 A352 A353 A354 A358 DB06 DB07 E004
"""
MAY_BE_EMPTY_OR_GO = """
0008: 0012 0013 0020 0021 0022 0023 002A 0030 0031 0032 0033 0050 0080 0082 0090 009C 1010 1070 1072 1110 1111
0010: 0010 0020 0030 0040 2203
0018: 0010 1000 1030 11BB 1203 1400 700A 700C 700E 9074 9151 9367 9369 936A 9371 9516 9517 9623 9701 9804 9919
0020: 0010
0040: 0512 0513 0551 0555 0562 0610 1101 2016 2017 A027 A030 A032 A073 A075 A082 A088 A120 A121 A122 A123 A13A A730
"""
MUST_CHANGE = """
0008: 0014 0017 0018 0019 0058 1155 1195 3010
0018: 1002 100B 2042
0020: 000D 000E 0052 0200 9161 9164
0028: 1199 1214
0040: 0554 4023 A124 A171 A172 A402 DB0C DB0D
"""
GONE = {Fate.REMOVE}
GONE_OR_EMPTY = {Fate.REMOVE, Fate.EMPTY, Fate.DUMMY}


def tags(table: str) -> list[int]:
    found, group = [], ""
    for word in table.split():
        if word.endswith(":"):
            group = word[:-1]
        else:
            found.append(int(group + word, 16))
    return found


def fate_of(tag: int, options: Options | None = None) -> Fate:
    return fate(Tag(tag), dictionary_VR(tag), options or Options())


@pytest.mark.parametrize(
    ("table", "allowed", "count"),
    [(MUST_GO, GONE, 186), (MAY_BE_EMPTY_OR_GO, GONE_OR_EMPTY, 70), (MUST_CHANGE, {Fate.UID, Fate.REMOVE}, 27)],
)
def test_every_line_of_the_standards_table_is_obeyed(table: str, allowed: set[Fate], count: int) -> None:
    found = tags(table)
    wrong = [f"{tag:08X} {dictionary_keyword(tag)} {fate_of(tag)}" for tag in found if fate_of(tag) not in allowed]
    assert (wrong, len(found)) == ([], count)


def test_references_to_other_images_keep_their_items_with_other_uids() -> None:
    assert {fate_of(tag) for tag in (0x00081140, 0x00082112)} == {Fate.ITEMS}


@pytest.mark.parametrize("tag", [0x00091001, 0x60003000, 0x50003000, 0xFFFCFFFC, 0xFFFAFFFA, 0x40000010, 0x04000561])
def test_whole_groups_go(tag: int) -> None:
    assert fate(Tag(tag), "LO", Options(Dates.KEPT, True, True, True)) is Fate.REMOVE


def test_no_option_keeps_a_name_or_a_birth_date() -> None:
    for chosen in product(Dates, (True, False), (True, False), (True, False)):
        kept = {fate_of(tag, Options(*chosen)) for tag in (0x00100010, 0x00100020, 0x00100030, 0x00100032, 0x00081070)}
        assert kept <= GONE_OR_EMPTY


def test_every_keyword_of_the_rules_is_one_of_dicoms() -> None:
    ours = actions.EMPTY | actions.DUMMY | actions.REMOVE | actions.CHARACTERISTICS | actions.DEVICE
    ours |= actions.PERSONAL_DATES | actions.TECHNICAL | actions.TERMS | actions.BULK
    assert ours - set(keyword_dict) == set()


@pytest.mark.parametrize(
    ("keyword", "vr", "value", "harmless"),
    [
        ("Modality", "CS", "MG", True),
        ("Modality", "CS", "Doe^Jane", False),
        ("KVP", "DS", "28.5", True),
        ("KVP", "DS", "Doe", False),
        ("PatientAge", "AS", "061Y", True),
        ("PatientAge", "AS", "Doe", False),
        ("RescaleType", "LO", "US", True),
        ("RescaleType", "LO", "of Jane Doe", False),
        ("Manufacturer", "LO", "Höhe", False),
    ],
)
def test_a_kept_value_has_the_form_it_must_have(keyword: str, vr: str, value: str, harmless: bool) -> None:
    assert is_harmless(keyword, vr, value) is harmless
