from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import NoReturn

import pytest

from app.analyst import Analyst
from app.network.courier import Courier, Patience
from app.network.errors import PeerError, PeerRefused, PeerUnreachable
from app.network.inbox import Entry, Inbox
from app.network.received import received
from app.network.results import Judge, Judged
from app.network.routing import Routing, Sender
from pipeline.errors import ModelUnavailable
from pipeline.finding import Look
from pipeline.models import Models
from tests.app.test_whole_way import stub_networks
from tests.network.stubs import StubSender, changed, notes
from tests.pipeline.stubs import Looks

AT_ONCE = Patience(first_s=-1, longest_s=-1, weights_s=-1, analyses=3, deliveries=3)


@dataclass(frozen=True)
class OneWay(Routing):
    """Every destination is the same sender."""

    one: StubSender | None = None

    def sender(self, destination: str) -> Sender:
        assert self.one is not None
        return self.one


def courier(inbox: Inbox, sender: StubSender | None = None, analyst: Analyst | None = None) -> Courier:
    judge = Judge(analyst or Analyst(stub_networks), 1_000_000, notes)
    return Courier(inbox, judge, OneWay(one=sender), AT_ONCE)


def add(inbox: Inbox, data: bytes, destination: str = "PACS@127.0.0.1:104") -> Entry:
    instance = received(data)
    inbox.add(instance, destination, "sr,seg")
    entry = inbox.get(instance.key)
    assert entry is not None
    return entry


def outcome(inbox: Inbox) -> list[tuple[str, str | None]]:
    return [(entry.state, entry.code) for entry in inbox.entries()]


def test_nothing_to_do_is_said(inbox: Inbox) -> None:
    work = courier(inbox)
    assert not work.analyse_next()
    assert not work.send_next()


def test_a_refused_image_is_not_tried_again(inbox: Inbox, mammogram: bytes) -> None:
    work = courier(inbox)
    add(inbox, changed(mammogram, PhotometricInterpretation="RGB"))
    assert work.analyse_next()
    assert outcome(inbox) == [("refused", "unsupported_image")]
    assert not work.analyse_next()


def test_what_the_guard_refuses_is_not_tried_again_either(inbox: Inbox, mammogram: bytes) -> None:
    def guarded() -> Models:
        return replace(stub_networks(), guard=Looks(Look(0.01, 0.1, refused=True)))

    add(inbox, mammogram)
    assert courier(inbox, analyst=Analyst(guarded)).analyse_next()
    assert outcome(inbox) == [("refused", "not_a_mammogram")]


def test_an_image_that_no_result_could_name_is_refused(inbox: Inbox, mammogram: bytes) -> None:
    add(inbox, changed(mammogram, StudyInstanceUID=""))
    courier(inbox).analyse_next()
    assert outcome(inbox) == [("refused", "not_referable")]


def test_missing_weights_cost_no_try(inbox: Inbox, mammogram: bytes) -> None:
    def load() -> Models:
        raise ModelUnavailable("The weight file detector.tflite is missing.")

    work = courier(inbox, analyst=Analyst(load))
    add(inbox, mammogram)
    for _ in range(5):
        assert work.analyse_next()
    assert outcome(inbox) == [("received", "model_unavailable")]


def test_an_error_of_ours_is_tried_three_times_and_quotes_nothing(
    inbox: Inbox, mammogram: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    def load() -> NoReturn:
        raise RuntimeError("Mustermann^Erika")

    work = courier(inbox, analyst=Analyst(load))
    add(inbox, mammogram)
    while work.analyse_next():
        pass
    assert outcome(inbox) == [("failed", "internal_error")]
    assert "RuntimeError at test_courier.py" in caplog.text
    assert "Mustermann" not in caplog.text


def test_what_stopped_the_program_three_times_is_given_up(inbox: Inbox, mammogram: bytes) -> None:
    add(inbox, mammogram)
    for _ in range(3):
        inbox.begin("received")  # and the program ended
    assert courier(inbox).analyse_next()
    assert outcome(inbox) == [("failed", "interrupted")]


@pytest.mark.parametrize("error", [PeerUnreachable("gone"), PeerRefused("no")])
def test_an_unwilling_node_is_tried_until_patience_ends(error: PeerError, inbox: Inbox, mammogram: bytes) -> None:
    sender = StubSender(confirms=0, error=error)
    work = courier(inbox, sender)
    entry = add(inbox, mammogram)
    work.analyse_next()
    assert work.send_next()
    assert outcome(inbox) == [("analysed", error.code)]
    while work.send_next():
        pass
    assert outcome(inbox) == [("failed", error.code)]
    assert len(inbox.results(entry.key)) == 2  # kept for whoever mends the node


def test_what_was_confirmed_is_not_sent_again(inbox: Inbox, mammogram: bytes) -> None:
    sender = StubSender(confirms=1, error=PeerUnreachable("broke"))
    work = courier(inbox, sender)
    add(inbox, mammogram)
    work.analyse_next()
    work.send_next()
    sender.confirms, sender.error = 99, None
    work.send_next()
    assert outcome(inbox) == [("sent", None)]
    assert len(sender.sent) == len(set(sender.sent)) == 2


def test_what_left_is_noted_even_where_the_rest_failed(inbox: Inbox, mammogram: bytes) -> None:
    noted: list[tuple[str, str]] = []
    judge = Judge(Analyst(stub_networks), 1_000_000, notes)
    sender = StubSender(confirms=1, error=PeerUnreachable("broke"))
    add(inbox, mammogram)
    work = Courier(
        inbox,
        judge,
        OneWay(one=sender),
        AT_ONCE,
        note=lambda key, state, destination: noted.append((state, destination)),
    )
    work.analyse_next()
    work.send_next()
    sender.confirms = 0
    work.send_next()
    assert noted == [("analysed", "PACS@127.0.0.1:104"), ("sent", "PACS@127.0.0.1:104")]


def test_waits_double_up_to_an_hour() -> None:
    assert [Patience().wait_s(attempts) for attempts in (1, 2, 3, 20, 400)] == [5, 10, 20, 3600, 3600]


def test_whoever_is_told_cannot_stop_the_way(inbox: Inbox, mammogram: bytes, caplog: pytest.LogCaptureFixture) -> None:
    def hear(entry: Entry, judged: Judged) -> None:
        raise OSError("disk full")

    caplog.set_level(logging.ERROR)
    add(inbox, mammogram)
    judge = Judge(Analyst(stub_networks), 1_000_000, notes)
    assert Courier(inbox, judge, OneWay(), AT_ONCE, hear=hear).analyse_next()
    assert outcome(inbox) == [("analysed", None)]
    assert "OSError" in caplog.text
