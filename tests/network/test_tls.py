"""TLS handshakes with certificates made for the test: DCMTK calls us, and we call ourselves."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest
from click.testing import CliRunner

from app.cli import main
from app.network.errors import PeerUnreachable
from app.network.nodes import Node
from app.network.scu import StorageScu
from app.network.tls import Tls
from tests.network.conftest import MakeStation
from tests.network.programs import certificate, run, until

Pair = tuple[Path, Path]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    return certificate(tmp_path_factory.mktemp("tls"), "server")


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    return certificate(tmp_path_factory.mktemp("tls"), "client")


def test_dcmtk_stores_over_tls_and_a_caller_without_certificate_does_not(
    station: MakeStation, server: Pair, client: Pair, tmp_path: Path, mammogram: bytes
) -> None:
    _, intake, port = station(tls=Tls(*server, ca=client[0]))
    (tmp_path / "a.dcm").write_bytes(mammogram)
    call = ("-aec", "MAMMOSCOPE", "127.0.0.1", port, tmp_path / "a.dcm")
    assert run("storescu", *call).returncode != 0  # no TLS at all
    assert run("storescu", "+tla", "+cf", server[0], *call).returncode != 0  # TLS, but nobody we know
    assert intake.inbox.entries() == ()
    assert run("storescu", "+tls", client[1], client[0], "+cf", server[0], *call).returncode == 0
    until(lambda: intake.inbox.count("analysed") == 1)


def test_we_send_over_tls_and_only_to_whom_we_trust(
    station: MakeStation, server: Pair, client: Pair, mammogram: bytes
) -> None:
    _, intake, port = station(tls=Tls(*server, ca=client[0]))
    node = Node("MAMMOSCOPE", "127.0.0.1", port)
    stranger = StorageScu(node, "US", Tls(*client, ca=client[0]))  # trusts itself alone
    with pytest.raises(PeerUnreachable):
        list(stranger.store([mammogram]))
    assert list(StorageScu(node, "US", Tls(*client, ca=server[0])).store([mammogram])) == [0]
    until(lambda: intake.inbox.count("analysed") == 1)


def test_old_versions_of_tls_are_not_spoken(server: Pair) -> None:
    context = Tls(*server).server()
    assert context is not None
    assert context.minimum_version == ssl.TLSVersion.TLSv1_2
    assert Tls().server() is None
    assert Tls(ca=server[0]).client().verify_mode == ssl.CERT_REQUIRED


def test_unusable_files_are_said_before_anything_starts(server: Pair, client: Pair, tmp_path: Path) -> None:
    options = ("--data-dir", str(tmp_path), "--tls-cert", str(server[0]), "--tls-key", str(client[1]))
    done = CliRunner().invoke(main, ["listen", *options])
    assert (done.exit_code, "TLS files" in done.output) == (2, True)
