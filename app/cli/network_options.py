"""What the network commands take: AE titles, addresses, result kinds, certificates."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from app.network.nodes import NodeError, ae_title, parse_node, parse_web_node
from app.network.tls import Tls
from app.settings import RESULT_KINDS


class AeTitle(click.ParamType[str]):
    name = "AET"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            return ae_title(value)
        except NodeError as error:
            self.fail(str(error), param, ctx)


class Destination(click.ParamType[str]):
    name = "AET@HOST:PORT|URL"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            return str(parse_node(value))
        except NodeError as error:
            self.fail(str(error), param, ctx)


class WebAddress(click.ParamType[str]):
    name = "URL"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            return str(parse_web_node(value))
        except NodeError as error:
            self.fail(str(error), param, ctx)


class Kinds(click.ParamType[tuple[str, ...]]):
    name = "KIND,..."

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, ...]:
        kinds = tuple(kind.strip() for kind in value.split(",") if kind.strip()) if isinstance(value, str) else value
        if not kinds or any(kind not in RESULT_KINDS for kind in kinds):
            self.fail(f"expected some of {', '.join(RESULT_KINDS)}, by commas", param, ctx)
        return tuple(kinds)


kinds_option = click.option("--results", type=Kinds(), help="Which objects to make.  [MAMMOSCOPE_RESULTS, cad_sr,seg]")


def tls_options(command: Callable[..., None]) -> Callable[..., None]:
    """--tls-cert, --tls-key, --tls-ca, given to the command as one `tls`."""

    @click.option("--tls-cert", type=click.Path(exists=True, path_type=Path), help="Our certificate, PEM.")
    @click.option("--tls-key", type=click.Path(exists=True, path_type=Path), help="Its key, if not in the same file.")
    @click.option("--tls-ca", type=click.Path(exists=True, path_type=Path), help="Whom we trust, PEM.")
    @functools.wraps(command)
    def with_tls(*args: Any, tls_cert: Path | None, tls_key: Path | None, tls_ca: Path | None, **others: Any) -> None:
        tls = Tls(tls_cert, tls_key, tls_ca)
        if tls_cert is None and tls_key is not None:
            raise click.UsageError("--tls-key needs --tls-cert.")
        try:
            tls.server(), tls.client()
        except OSError as error:
            raise click.UsageError(f"The TLS files cannot be used: {error.strerror or error}.") from None
        command(*args, tls=tls, **others)

    return with_tls
