"""What readers say of an analysis. Every version stays, so that an older one can be brought back."""

from __future__ import annotations

import json
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

    def latest(self, analysis: str) -> Version | None:
        versions = self.history(analysis)
        return versions[-1] if versions else None

    def history(self, analysis: str) -> tuple[Version, ...]:
        """Oldest first."""
        asked = "SELECT version, saved, verdict FROM verdicts WHERE analysis = ? ORDER BY version"
        with self.database.open() as db:
            rows = db.execute(asked, (analysis,)).fetchall()
        return tuple(Version(row["version"], row["saved"], json.loads(row["verdict"])) for row in rows)

    def save(self, analysis: str, verdict: Verdict, expected: Collection[int] | None) -> Version:
        """The version that it became; the same as before where nothing changed. `expected`: numbers one of which the
        latest must have (0: there is none yet), None: any. Raises VerdictChangedError."""
        with self.database.open() as db:
            db.execute("BEGIN IMMEDIATE")
            asked = "SELECT version, saved, verdict FROM verdicts WHERE analysis = ? ORDER BY version DESC LIMIT 1"
            row = db.execute(asked, (analysis,)).fetchone()
            number = int(row["version"]) if row else 0
            if expected is not None and number not in expected:
                raise VerdictChangedError
            if row and json.loads(row["verdict"]) == verdict:
                return Version(number, row["saved"], verdict)
            now = datetime.now(UTC).isoformat(timespec="milliseconds")
            db.execute(
                "INSERT INTO verdicts (analysis, version, saved, verdict) VALUES (?, ?, ?, ?)",
                (analysis, number + 1, now, json.dumps(verdict)),
            )
        return Version(number + 1, now, verdict)


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
