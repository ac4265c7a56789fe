"""What is written into the audit log of a request, and of an object that came over the network."""

from __future__ import annotations

import logging
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from flask import Flask, Response, g, request

from app.audit import Audit

log = logging.getLogger("mammoscope")

ENDPOINTS = {  # endpoint -> what; every other one below an analysis is an export
    "analyses.start": "analysed",
    "analyses.index": "listed",
    "analyses.show": "viewed",
    "analyses.delete": "deleted",
    "analyses.restore": "restored",
    "verdicts.show": "viewed",
    "verdicts.history": "viewed",
    "verdicts.save": "judged",
    "verdicts.as_table": "exported",
    "studies.index": "listed",
    "events.show": "listed",
    "studies.show": "viewed",
    "studies.delete": "deleted",
    "studies.restore": "restored",
    "images.image": "viewed",
    "images.overlay": "viewed",
    "heatmaps.heatmap": "viewed",
    "heatmaps.masking_map": "viewed",
    "pixels.show": "viewed",
    "pixels.meta": "viewed",
    "pixels.mask": "viewed",
    "prototype.preprocess": "viewed",
    "prototype.analysis": "analysed",
    "dicomweb.store": "received",
}
UNSEEN = frozenset(  # progress and settings, no result
    {"analyses.events", "verdicts.preferences", "verdicts.save_preferences"}
)
REPEATED = frozenset({"listed", "viewed"})  # a page asks again and again
ONCE_IN_S = 60.0
REMEMBERED = 1000
OF_AN_ANALYSIS = re.compile(rb"/api/v1/analyses/([0-9a-f]{32})")
GONE = {"retention": "deleted", "bin": "erased"}  # who -> what, of what went by itself
NETWORK_STATES = {"analysed": "analysed", "sent": "sent"}  # of app/network/inbox.py


@dataclass
class Recent:
    """What was said within ONCE_IN_S."""

    said: OrderedDict[tuple[str | None, ...], float] = field(default_factory=OrderedDict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def has(self, *words: str | None) -> bool:
        """Was it said already? It counts as said now."""
        now = time.monotonic()
        with self.lock:
            known = self.said.get(words)
            if known is not None and now - known < ONCE_IN_S:
                return True
            self.said[words] = now
            self.said.move_to_end(words)
            while len(self.said) > REMEMBERED:
                self.said.popitem(last=False)
        return False


def register(app: Flask, audit: Audit) -> None:
    recent = Recent()

    def note(response: Response) -> Response:
        what = what_was_done(response.status_code)
        if what:
            for analysis in _analyses(response):
                words = (who_asks(), what, analysis, part_of(request.path))
                if what not in REPEATED or not recent.has(*words):
                    record_or_log(audit, *words)
        return response

    app.after_request(note)


def what_was_done(status: int) -> str | None:
    """By the route; None for what shows nothing of anyone, and for what was refused."""
    endpoint = request.endpoint or ""
    if status >= 400 or endpoint in UNSEEN or request.method == "OPTIONS":
        return None
    return ENDPOINTS.get(endpoint) or ("exported" if "id_" in (request.view_args or {}) else None)


def who_asks() -> str:
    """The account that a server in front has authenticated, and the address that the request came from."""
    address = request.remote_addr or "unknown"
    return f"{request.remote_user}@{address}" if request.remote_user else address


def part_of(path: str) -> str | None:
    """The file or part asked for, as in "report.pdf" or "verdict"; its parameters are left out."""
    last = path.rpartition("/")[2]
    return last if re.fullmatch(r"[a-z]{1,20}\.[a-z]{1,5}|pixels|meta|verdict|history", last) else None


def _analyses(response: Response) -> list[str | None]:
    """Ids that the request is about; one None where it is about none."""
    if "audited" in g:  # the route knows best
        return list(g.audited)
    if request.endpoint != "analyses.start":
        return [(request.view_args or {}).get("id_")]
    told = response.headers.get("Location", "").encode() or response.get_data()
    return [id_.decode() for id_ in dict.fromkeys(OF_AN_ANALYSIS.findall(told))] or [None]


def record_or_log(audit: Audit, who: str, what: str, analysis: str | None, part: str | None) -> None:
    """A full disk must not keep anyone from deleting."""
    try:
        audit.record(who, what, analysis, part)
    except OSError as error:
        log.error("The audit log could not be written: %s", type(error).__name__)


def of_the_network(audit: Audit) -> Callable[[str, str, str], None]:
    """What the courier tells: an object's key, its new state, and where its results go."""

    def note(key: str, state: str, destination: str) -> None:
        what = NETWORK_STATES.get(state)
        if what:
            record_or_log(audit, "network", what, key, destination or None)

    return note
