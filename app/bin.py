"""What was deleted stays for some minutes, found by nobody, so that it can be brought back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from app.store import Store, ids


@dataclass(frozen=True)
class Bin:
    """Of the analyses in `store`, for `minutes`; with 0 there is none and everything goes at once."""

    store: Store
    minutes: float

    def put(self, analyses: Sequence[str]) -> tuple[str, ...]:
        """Ids of those that were there to be deleted. What is deleted together can be brought back together."""
        if self.minutes <= 0:
            return tuple(id_ for id_ in analyses if self.store.delete(id_))
        now = datetime.now(UTC).isoformat(timespec="microseconds")
        hidden = "UPDATE analyses SET deleted = ? WHERE id = ? AND deleted IS NULL"
        with self.store.database.open() as db:
            return tuple(id_ for id_ in analyses if db.execute(hidden, (now, id_)).rowcount)

    def bring_back(self, analysis: str) -> tuple[str, ...]:
        """Its id; none where it is not in the bin, or no longer."""
        return self._bring_back("id = ?", analysis)

    def bring_back_study(self, study: str) -> tuple[str, ...]:
        """Ids of those of its analyses that were deleted last, which may be all of them."""
        last = "SELECT MAX(deleted) FROM analyses WHERE study = ?"
        return self._bring_back(f"study = ? AND deleted = ({last})", study, study)

    def _bring_back(self, where: str, *values: str) -> tuple[str, ...]:
        with self.store.database.open() as db:
            db.execute("BEGIN IMMEDIATE")
            found = ids(db.execute(f"SELECT id FROM analyses WHERE {where} AND deleted >= ?", (*values, self._limit())))
            db.executemany("UPDATE analyses SET deleted = NULL WHERE id = ?", [(id_,) for id_ in found])
        return found

    def sweep(self) -> tuple[str, ...]:
        """Delete for good what lay there long enough; gives their ids."""
        with self.store.database.open() as db:
            old = ids(db.execute("SELECT id FROM analyses WHERE deleted < ?", (self._limit(),)))
        return tuple(id_ for id_ in old if self.store.delete(id_))

    def _limit(self) -> str:
        return (datetime.now(UTC) - timedelta(minutes=self.minutes)).isoformat(timespec="microseconds")
