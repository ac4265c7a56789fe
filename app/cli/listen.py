"""`mammoscope listen`: a Storage SCP that analyses what arrives and sends the results on."""

from __future__ import annotations

import dataclasses
import logging
import signal
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import click

from app.cli.network_options import AeTitle, Destination, kinds_option, tls_options
from app.settings import DISCLAIMER, SettingError, Settings

if TYPE_CHECKING:
    from app.network.intake import Intake
    from app.network.scp import StorageScp
    from app.network.tls import Tls

LOOPBACK = ("127.0.0.1", "::1", "localhost")


@click.command()
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="Address to listen on; others than this need --allow."
)
@click.option("--port", type=click.IntRange(0, 65535), default=11112, show_default=True, help="0 takes any free one.")
@click.option("--aet", type=AeTitle(), default="MAMMOSCOPE", show_default=True, help="Our AE title.")
@click.option("--allow", type=AeTitle(), multiple=True, help="Calling AE title that may send; may be repeated.")
@click.option("--send-to", type=Destination(), help="AET@host:port or a DICOMweb URL.  [MAMMOSCOPE_SEND_TO]")
@click.option("--send-tls", is_flag=True, help="Send over TLS (a DICOMweb URL says so itself).")
@kinds_option
@tls_options
@click.option("--data-dir", type=click.Path(path_type=Path), help="Where the queue is kept.  [MAMMOSCOPE_DATA_DIR]")
@click.option("--queue-limit", type=click.IntRange(1), default=1000, show_default=True, help="Objects waiting.")
@click.option(
    "--least-free", type=click.IntRange(0), default=1024, show_default=True, help="MiB of the disk left free."
)
def listen(
    host: str,
    port: int,
    aet: str,
    allow: tuple[str, ...],
    send_to: str | None,
    send_tls: bool,
    results: tuple[str, ...] | None,
    tls: Tls,
    data_dir: Path | None,
    queue_limit: int,
    least_free: int,
) -> None:
    """Listen for mammograms (C-STORE, C-ECHO), analyse them, send the results to a DICOM node."""
    from app.audit import Audit
    from app.audit_requests import of_the_network
    from app.cli import reading
    from app.network.intake import Intake
    from app.network.page import shown_on_the_page
    from app.network.routing import Routing
    from app.network.scp import StorageScp
    from app.store import Store

    if host not in LOOPBACK and not allow:
        raise click.UsageError(f"Listening on {host} lets other machines send: name who may with --allow AET.")
    settings = changed_settings(data_dir=data_dir, send_to=send_to, results=results)
    analyst = reading.analyst(settings)
    intake = Intake(
        settings,
        analyst,
        hear=shown_on_the_page(Store(settings.data_dir), analyst),
        note=of_the_network(Audit(settings.data_dir)),
        routing=Routing(aet, tls, send_tls),
        limit=queue_limit,
        least_free_bytes=least_free << 20,
    )
    scp = StorageScp(aet, intake.keep, host, port, allow, tls, settings.max_upload_bytes)
    serve_until_stopped(scp, intake)


def changed_settings(**given: object) -> Settings:
    """The environment's settings with what was given in their place."""
    try:
        settings = Settings.from_environment()
    except SettingError as error:
        raise click.ClickException(str(error)) from None
    changes = {name: value for name, value in given.items() if value is not None}
    return dataclasses.replace(settings, **changes)  # type: ignore[arg-type]


def serve_until_stopped(scp: StorageScp, intake: Intake) -> None:
    """Until SIGINT or SIGTERM; the object in hand is finished, the others wait in the queue for the next start."""
    quiet_network_logs()
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    try:
        port = scp.start()
    except OSError as error:
        raise click.ClickException(f"Cannot listen on {scp.host}:{scp.port} ({error.strerror or error}).") from None
    intake.start()
    where = intake.settings.send_to or f"nowhere, they stay in {intake.folder} (--send-to sends them)"
    click.echo(f"{scp.aet} listens on {scp.host}:{port}{' with TLS' if scp.tls.cert else ''}; results go to {where}")
    click.echo(f"(Ctrl+C stops it)\n{DISCLAIMER}")
    stopping.wait()
    scp.stop()
    intake.stop()


def quiet_network_logs() -> None:
    """Our own lines name no patient; pynetdicom's would."""
    from app.cli.serve import quiet_logs

    quiet_logs()
    logging.getLogger("pynetdicom").setLevel(logging.CRITICAL + 1)
    logging.getLogger("mammoscope.network").setLevel(logging.INFO)
