"""What readers say of an analysis, each for himself. Every version stays, so that an older one can be brought back."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from app.database import Database
from app.errors import ProblemError
from app.sent_json import check
from app.verdict_schema import VERDICTS

Verdict = dict[str, Any]  # schema Verdict


@dataclass(frozen=True)
class Version:
    number: int  # from 1
    saved: str  # UTC, ISO 8601
    verdict: Verdict


class VerdictChangedError(Exception):
    """Somebody else saved meanwhile."""


@dataclass(frozen=True)
class Verdicts:
    database: Database

    def latest(self, analysis: str, reader: str | None = None) -> Version | None:
        versions = self.history(analysis, reader)
        return versions[-1] if versions else None

    def history(self, analysis: str, reader: str | None = None) -> tuple[Version, ...]:
        """Oldest first; of one reader, or of all."""
        with self.database.open() as db:
            return _versions(db, analysis, reader)

    def save(self, analysis: str, verdict: Verdict, expected: Collection[int] | None) -> tuple[Version, bool]:
        """The version that it became, the same as before where nothing changed; and whether it is the reader's first.

        `expected`: numbers, one of which the reader's own latest must have (0: there is none yet) or the latest of
        all, for who has seen that has seen everything; None: any. Raises VerdictChangedError.
        """
        with self.database.open() as db:
            db.execute("BEGIN IMMEDIATE")
            of_all, mine = _versions(db, analysis), _versions(db, analysis, verdict["reader"])
            if expected is not None and not {_number(of_all), _number(mine)} & set(expected):
                raise VerdictChangedError
            if mine and mine[-1].verdict == verdict:
                return mine[-1], False
            saved = Version(_number(of_all) + 1, datetime.now(UTC).isoformat(timespec="milliseconds"), verdict)
            db.execute(
                "INSERT INTO verdicts (analysis, version, saved, verdict) VALUES (?, ?, ?, ?)",
                (analysis, saved.number, saved.saved, json.dumps(verdict)),
            )
        return saved, not mine


def _versions(db: sqlite3.Connection, analysis: str, reader: str | None = None) -> tuple[Version, ...]:
    asked = "SELECT version, saved, verdict FROM verdicts WHERE analysis = ? ORDER BY version"
    found = (
        Version(row["version"], row["saved"], json.loads(row["verdict"])) for row in db.execute(asked, (analysis,))
    )
    return tuple(one for one in found if reader is None or one.verdict["reader"] == reader)


def _number(versions: tuple[Version, ...]) -> int:
    return versions[-1].number if versions else 0


def checked(verdict: Any, document: dict[str, Any]) -> Verdict:
    """The verdict, if it may be one about `document`. Raises ProblemError bad_verdict."""
    check(verdict, "Verdict", VERDICTS, "bad_verdict")
    if not verdict["reader"].isprintable():
        raise ProblemError("bad_verdict", "$.reader: no line breaks")
    if any("\ud800" <= letter <= "\udfff" for letter in verdict["text"]):  # half a character, which no file can hold
        raise ProblemError("bad_verdict", "$.text: not Unicode")
    _check_times(verdict)
    _check_findings(verdict, document)
    _check_inside(verdict, document["image"])
    return dict(verdict)


def _check_times(verdict: Verdict) -> None:
    times = [verdict["opened_at"], verdict["revealed_at"], *(one["at"] for one in verdict["marks"] + verdict["drawn"])]
    for time in filter(None, times):
        try:
            datetime.fromisoformat(time)
        except ValueError:
            raise ProblemError("bad_verdict", f"{time[:40]!r} is no time.") from None


def _check_findings(verdict: Verdict, document: dict[str, Any]) -> None:
    known = {finding["id"] for finding in document["findings"]}
    judged = [mark["finding"] for mark in verdict["marks"]]
    if unknown := set(judged) - known:
        raise ProblemError("bad_verdict", f"$.marks: there is no finding {min(unknown)}.")
    if len(set(judged)) < len(judged):
        raise ProblemError("bad_verdict", "$.marks: one verdict for each finding.")


def _check_inside(verdict: Verdict, image: dict[str, Any]) -> None:
    for place, shape in enumerate(verdict["drawn"]):
        if not all(0 <= x <= image["width"] and 0 <= y <= image["height"] for x, y in shape["points"]):
            raise ProblemError("bad_verdict", f"$.drawn[{place}]: not inside the image.")
