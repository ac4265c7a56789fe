"""What a reader set: kept on this machine under the name that the reader chose."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from app.database import Database


@dataclass(frozen=True)
class Preferences:
    database: Database

    def of(self, reader: str) -> dict[str, Any]:
        """Nothing set: empty."""
        with self.database.open() as db:
            row = db.execute("SELECT preferences FROM preferences WHERE reader = ?", (reader,)).fetchone()
        return dict(json.loads(row["preferences"])) if row else {}

    def save(self, reader: str, preferences: dict[str, Any]) -> None:
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        with self.database.open() as db:
            db.execute(
                "INSERT OR REPLACE INTO preferences (reader, saved, preferences) VALUES (?, ?, ?)",
                (reader, now, json.dumps(preferences)),
            )
