from __future__ import annotations

import os
import sqlite3
import time
from contextlib import closing

import pytest
from pydicom.uid import generate_uid

from app.network.inbox import ANALYSED, FAILED, RECEIVED, REFUSED, SENT, Inbox
from app.network.received import OUT_OF_RESOURCES, Received, RefusedObject, received
from tests.network.stubs import changed


def some(number: int) -> Received:
    return Received(b"data %d" % number, "1.2", f"1.2.{number}")


def test_an_object_goes_from_received_to_analysed_to_sent(inbox: Inbox) -> None:
    assert inbox.add(some(1), "PACS@127.0.0.1:104", "sr,seg")
    entry = inbox.begin(RECEIVED)
    assert entry is not None
    assert (entry.destination, entry.kinds, entry.attempts) == ("PACS@127.0.0.1:104", "sr,seg", 1)
    assert inbox.data(entry.key) == b"data 1"
    inbox.analysed(entry.key, {"sr": b"one", "seg": b"two"})
    assert not (inbox.folder(entry.key) / "object.dcm").exists()
    assert [path.read_bytes() for path in inbox.results(entry.key)] == [b"two", b"one"]
    assert inbox.begin(RECEIVED) is None
    following = inbox.begin(ANALYSED)
    assert following is not None
    assert following.attempts == 1  # tries of each step are counted for themselves
    inbox.end(entry.key, SENT)
    assert not inbox.folder(entry.key).exists()
    assert [(left.state, left.code) for left in inbox.entries()] == [(SENT, None)]


@pytest.mark.parametrize(("state", "again"), [(SENT, False), (REFUSED, True), (FAILED, True)])
def test_a_repeated_object_is_done_again_only_where_it_went_wrong(state: str, again: bool, inbox: Inbox) -> None:
    assert inbox.add(some(1), "", "sr")
    assert not inbox.add(some(1), "", "sr")
    inbox.end(some(1).key, state, "a_code")
    assert inbox.add(some(1), "", "sr") is again
    assert (inbox.begin(RECEIVED) is not None) is again


def test_the_oldest_comes_first(inbox: Inbox) -> None:
    for number in (2, 1, 3):
        inbox.add(some(number), "", "sr")
    assert [entry.key for entry in inbox.entries()] == [some(number).key for number in (2, 1, 3)]
    assert (first := inbox.begin(RECEIVED)) is not None
    assert first.key == some(2).key


def test_what_is_postponed_is_not_due_and_lets_others_pass(inbox: Inbox) -> None:
    inbox.add(some(1), "", "sr")
    inbox.add(some(2), "", "sr")
    inbox.begin(RECEIVED)
    inbox.postpone(some(1).key, 60, "internal_error")
    following = inbox.begin(RECEIVED)
    assert following is not None
    assert following.key == some(2).key
    inbox.postpone(some(1).key, -1, "internal_error")
    again = inbox.begin(RECEIVED)
    assert again is not None
    assert (again.key, again.attempts, again.code) == (some(1).key, 2, "internal_error")


def test_a_try_that_does_not_count_is_taken_back(inbox: Inbox) -> None:
    inbox.add(some(1), "", "sr")
    inbox.begin(RECEIVED)
    inbox.postpone(some(1).key, -1, "model_unavailable", counts=False)
    again = inbox.begin(RECEIVED)
    assert again is not None
    assert again.attempts == 1


def test_without_a_destination_results_wait_where_they_are(inbox: Inbox) -> None:
    inbox.add(some(1), "", "sr")
    inbox.analysed(some(1).key, {"sr": b"one"})
    assert inbox.begin(ANALYSED) is None
    assert len(inbox.results(some(1).key)) == 1


def test_a_full_queue_and_a_full_disk_take_nothing(inbox: Inbox) -> None:
    for number in range(3):
        inbox.add(some(number), "", "sr")
    with pytest.raises(RefusedObject) as refused:
        inbox.add(some(4), "", "sr")
    assert (refused.value.status, refused.value.sop_instance) == (OUT_OF_RESOURCES, "1.2.4")
    full = Inbox(inbox.directory / "full", least_free_bytes=1 << 62)
    with pytest.raises(RefusedObject):
        full.add(some(1), "", "sr")
    assert list(full.objects.iterdir()) == []


def test_what_could_not_be_delivered_is_tried_again_after_a_start(inbox: Inbox) -> None:
    inbox.add(some(1), "PACS@127.0.0.1:104", "sr")
    inbox.analysed(some(1).key, {"sr": b"one"})
    inbox.end(some(1).key, FAILED, "peer_unreachable")
    inbox.add(some(2), "PACS@127.0.0.1:104", "sr")
    inbox.end(some(2).key, FAILED, "interrupted")  # this one stopped the program: not of its own accord
    inbox.revive()
    assert [entry.state for entry in inbox.entries()] == [ANALYSED, FAILED]


def test_old_rows_go_with_their_files_and_files_without_rows_go_as_well(inbox: Inbox) -> None:
    inbox.add(some(1), "", "sr")
    inbox.add(some(2), "", "sr")
    with closing(sqlite3.connect(inbox.path)) as db, db:
        db.execute("UPDATE objects SET created = 0 WHERE key = ?", (some(1).key,))
    unknown, young = inbox.objects / "unknown", inbox.objects / "young"
    for folder in (unknown, young):
        folder.mkdir()
    os.utime(unknown, (0, time.time() - 7200))
    inbox.expire(0)
    assert len(inbox.entries()) == 2
    inbox.expire(30)
    assert [entry.key for entry in inbox.entries()] == [some(2).key]
    assert {folder.name for folder in inbox.objects.iterdir()} == {some(2).key, "young"}


def test_only_the_owner_may_look_and_no_name_tells_a_uid(inbox: Inbox, mammogram: bytes) -> None:
    uid = generate_uid()
    instance = received(changed(mammogram, SOPInstanceUID=uid))
    inbox.add(instance, "", "sr")
    assert inbox.directory.stat().st_mode & 0o077 == 0
    assert not any(uid in str(path) for path in inbox.directory.rglob("*"))
    assert uid.encode() not in inbox.path.read_bytes()
