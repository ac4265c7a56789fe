"""What a request may use: settings, the store, the jobs, the prototype's cache, metrics."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from flask import current_app

from app.analyst import Analyst
from app.audit import Audit
from app.audit_requests import GONE, of_the_network, record_or_log
from app.jobs import Jobs
from app.metrics import Metrics
from app.network.intake import Intake
from app.network.page import shown_on_the_page
from app.preferences import Preferences
from app.prototype import Prototype
from app.settings import Settings
from app.store import Store
from app.studies import Studies
from app.verdicts import Verdicts


@dataclass(frozen=True)
class Services:
    settings: Settings
    store: Store
    jobs: Jobs
    prototype: Prototype
    metrics: Metrics
    network: Intake
    audit: Audit
    weights_problems: Callable[[], list[str]]
    streams: threading.BoundedSemaphore
    map_seats: threading.BoundedSemaphore  # requests that wait for a map hold a thread each; half of what streams leave
    studies: Studies
    verdicts: Verdicts
    preferences: Preferences

    @classmethod
    def start(cls, settings: Settings, analyst: Analyst, weights_problems: Callable[[], list[str]]) -> Services:
        store, metrics = Store(settings.data_dir), Metrics()
        audit = Audit(settings.data_dir)
        jobs = Jobs(settings, store, analyst, metrics, lambda why, id_: record_or_log(audit, why, GONE[why], id_, None))
        streams = threading.BoundedSemaphore(max(1, settings.threads // 2))
        metrics.watch_queue(lambda: float(jobs.worker.waiting))
        jobs.start()
        network = Intake(
            settings,
            analyst,
            hear=shown_on_the_page(store, analyst, jobs.news.tell),
            note=of_the_network(audit),
            run=lambda task: jobs.worker.submit(task, force=True).result(),  # one analysis at a time in all
        )
        network.start()
        return cls(
            settings,
            store,
            jobs,
            Prototype(jobs, analyst),
            metrics,
            network,
            audit,
            weights_problems,
            streams,
            threading.BoundedSemaphore(max(1, settings.threads // 4)),
            Studies(store.database),
            Verdicts(store.database),
            Preferences(store.database),
        )


def services() -> Services:
    return cast(Services, current_app.extensions["mammoscope"])
