"""Callers who mean ill, or whose network broke: the next one is served all the same."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.network import guard
from app.network.errors import PeerError, PeerRefused
from app.network.nodes import Node
from app.network.received import (
    CANNOT_UNDERSTAND,
    DATA_SET_DOES_NOT_MATCH,
    NO_SUCH_SOP_CLASS,
    Received,
    RefusedObject,
    received,
)
from app.network.scp import StorageScp
from app.network.scu import StorageScu
from app.network.tls import Tls
from tests.network.conftest import MakeStation
from tests.network.programs import certificate
from tests.network.stubs import changed, uid_of
from training.phantom.others import ct_slice


def store(port: int, *files: bytes, tls: Tls | None = None) -> list[int]:
    return list(StorageScu(Node("MAMMOSCOPE", "127.0.0.1", port), "US", tls).store(files))


@contextmanager
def connection(port: int) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as made:
        yield made


def ended(made: socket.socket) -> bool:
    try:
        while made.recv(1000):
            pass
    except ConnectionError:
        pass
    return True


def test_a_silent_caller_does_not_keep_others_from_a_tls_port(
    station: MakeStation, tmp_path: Path, mammogram: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "HANDSHAKE_S", 1.0)
    cert, key = certificate(tmp_path, "server")
    _, _, port = station(tls=Tls(cert, key))
    with connection(port) as silent:
        assert store(port, mammogram, tls=Tls(ca=cert)) == [0]
        assert ended(silent)  # after a second


def test_an_announced_length_of_four_gigabytes_is_not_waited_for(station: MakeStation, mammogram: bytes) -> None:
    _, _, port = station()
    with connection(port) as liar:
        liar.sendall(struct.pack(">BBL", 1, 0, 0xFFFFFFFF) + bytes(1000))
        assert ended(liar)
    assert store(port, mammogram) == [0]


def test_noise_ends_its_own_connection_alone(station: MakeStation, mammogram: bytes) -> None:
    _, _, port = station()
    with connection(port) as noisy:
        noisy.sendall(b"GET / HTTP/1.1\r\n\r\n")
        noisy.shutdown(socket.SHUT_WR)
        assert ended(noisy)
    assert store(port, mammogram) == [0]


def test_an_object_larger_than_we_take_is_refused_politely_or_cut_off(
    station: MakeStation, mammogram: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, intake, port = station(largest_bytes=len(mammogram) // 2)
    with pytest.raises(PeerRefused, match="A700"):
        store(port, mammogram)
    monkeypatch.setattr(guard, "LARGEST_PDU", 20_000)
    with pytest.raises(PeerError):
        store(port, mammogram)
    assert intake.inbox.entries() == ()


def test_many_objects_in_one_association_are_not_added_up(
    station: MakeStation, mammogram: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "LARGEST_PDU", 20_000)
    _, _, port = station(largest_bytes=len(mammogram))
    assert store(port, *[mammogram] * 5) == [0, 1, 2, 3, 4]


def test_a_keeper_that_breaks_is_told_as_out_of_resources(mammogram: bytes, caplog: pytest.LogCaptureFixture) -> None:
    def keep(received: Received) -> None:
        raise OSError("No space left on /data/Mustermann")

    scp = StorageScp("MAMMOSCOPE", keep, port=0)
    try:
        with pytest.raises(PeerRefused, match="A700"):
            store(scp.start(), mammogram)
    finally:
        scp.stop()
    assert "OSError" in caplog.text
    assert "Mustermann" not in caplog.text


def test_the_status_says_what_is_wrong_with_an_object(mammogram: bytes) -> None:
    mg = str(received(mammogram).sop_class)
    cases = [
        ((b"", None, None), CANNOT_UNDERSTAND),
        ((b"\x00" * 128 + b"DICM" + b"\xff" * 40, mg, "1.2.3"), CANNOT_UNDERSTAND),
        ((mammogram, mg, "1.2.3"), DATA_SET_DOES_NOT_MATCH),
        ((mammogram, "1.2.3", uid_of(mammogram)), DATA_SET_DOES_NOT_MATCH),
        ((ct_slice(), None, None), NO_SUCH_SOP_CLASS),
    ]
    for arguments, status in cases:
        with pytest.raises(RefusedObject) as refused:
            received(*arguments)
        assert refused.value.status == status
    same = received(mammogram, mg, uid_of(mammogram))
    assert same.key == received(changed(mammogram, PatientID="another")).key
