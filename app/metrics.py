"""Prometheus figures: requests, analyses, stages. Labels are route patterns and codes, never names or ids."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from flask import Flask, Response, g, request
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

SECONDS = (0.005, 0.02, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)


class Metrics:
    """One registry for each application, so that two of them in one process do not add up."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "mammoscope_requests", "Requests answered", ["method", "route", "status"], registry=self.registry
        )
        self._latency = Histogram(
            "mammoscope_request_seconds", "Time to answer", ["route"], buckets=SECONDS, registry=self.registry
        )
        self._analyses = Counter("mammoscope_analyses", "Analyses ended", ["outcome"], registry=self.registry)
        self._stages = Histogram(
            "mammoscope_stage_seconds", "Time in each stage", ["stage"], buckets=SECONDS, registry=self.registry
        )
        self._queue = Gauge("mammoscope_queue_length", "Analyses waiting", registry=self.registry)

    def watch_queue(self, length: Callable[[], float]) -> None:
        self._queue.set_function(length)

    def analyzed(self, outcome: str, timings_ms: Mapping[str, float]) -> None:
        self._analyses.labels(outcome).inc()
        for stage, milliseconds in timings_ms.items():
            self._stages.labels(stage).observe(milliseconds / 1000)

    def text(self) -> bytes:
        return generate_latest(self.registry)

    def register(self, app: Flask) -> None:
        app.before_request(_start_clock)
        app.after_request(self._count)

    def _count(self, response: Response) -> Response:
        route = request.url_rule.rule if request.url_rule else "none"
        self._requests.labels(request.method, route, str(response.status_code)).inc()
        self._latency.labels(route).observe(time.perf_counter() - g.get("started", time.perf_counter()))
        return response


def _start_clock() -> None:
    g.started = time.perf_counter()
