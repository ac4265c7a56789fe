"""`mammoscope serve`: the service under gunicorn, one process and a few threads."""

from __future__ import annotations

import dataclasses
import logging
import os
import socket
import sys
import warnings
import webbrowser
from pathlib import Path
from typing import Any

import click

from app.settings import DISCLAIMER, SettingError, Settings


@click.command()
@click.option("--host", help="Address to listen on; 127.0.0.1 keeps it to this machine.  [MAMMOSCOPE_HOST]")
@click.option("--port", type=click.IntRange(0, 65535), help="0 takes any free one.  [MAMMOSCOPE_PORT, 8080]")
@click.option("--data-dir", type=click.Path(path_type=Path), help="Where results are kept.  [MAMMOSCOPE_DATA_DIR]")
@click.option("--open", "open_page", is_flag=True, help="Open the page in the browser.")
def serve(host: str | None, port: int | None, data_dir: Path | None, open_page: bool) -> None:
    """Serve the page and the HTTP interface."""
    given: dict[str, Any] = {"host": host, "port": port, "data_dir": data_dir}
    try:
        settings = Settings.from_environment()
    except SettingError as error:
        raise click.ClickException(str(error)) from None
    settings = dataclasses.replace(settings, **{name: value for name, value in given.items() if value is not None})
    check_address(settings.host, settings.port)
    run(settings, open_page)


def check_address(host: str, port: int) -> None:
    """Raises ClickException with what to do when nothing can listen there."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise click.ClickException(
            f"Cannot listen on {host}:{port} ({error.strerror}). Stop what uses it, or choose another --port."
        ) from None


def run(settings: Settings, open_page: bool) -> None:
    """Serve until interrupted."""
    from gunicorn.app.base import BaseApplication

    class Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
        def load_config(self) -> None:
            for name, value in gunicorn_settings(settings, open_page).items():
                self.cfg.set(name, value)

        def load(self) -> Any:
            """In the worker process, because threads do not survive a fork."""
            from app import create_app

            quiet_logs()
            return create_app(settings)

    Server().run()


def gunicorn_settings(settings: Settings, open_page: bool) -> dict[str, Any]:
    """One process: the job worker and the prototype's cache live in it. No access log: it would name every id."""
    from app.cli.worker import Worker

    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return {
        "bind": f"{host}:{settings.port}",
        "workers": 1,
        "worker_class": Worker,
        "threads": settings.threads,
        "timeout": 120,
        "graceful_timeout": 15,
        "loglevel": "warning",
        "accesslog": None,
        "control_socket_disable": True,
        "worker_exit": leave,
        "when_ready": lambda server: greet(settings.host, server.LISTENERS[0].sock.getsockname()[1], open_page),
    }


def leave(server: Any, worker: Any) -> None:
    """End the worker's process here, with the status it was about to end with.

    Python would first tear down modules around the threads that still run (analyses, tidying) and the native libraries
    they are in, which can hang until gunicorn kills it. Whatever we keep is on the disk by then, as after any crash.
    gunicorn also calls this in the parent, of a worker that is gone.
    """
    if os.getpid() != worker.pid:
        return
    ending = sys.exc_info()[1]
    status = ending.code if isinstance(ending, SystemExit) else ending
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status if isinstance(status, int) else int(status is not None))


def greet(host: str, port: int, open_page: bool) -> None:
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)
    url = f"http://{shown}:{port}"
    click.echo(f"Mammoscope is at {url}  (Ctrl+C stops it)\n{DISCLAIMER}")
    if open_page:
        webbrowser.open(url)


def quiet_logs() -> None:
    """pydicom's warnings and messages quote values of the file, identifiers among them: they stay unsaid."""
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("pydicom").setLevel(logging.CRITICAL)
    warnings.filterwarnings("ignore", module=r"pydicom\b")
