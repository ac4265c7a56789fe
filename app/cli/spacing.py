"""The option --spacing: how large a pixel is, where the file does not tell."""

from __future__ import annotations

from typing import Any

import click

Pair = tuple[float, float]


class Spacing(click.ParamType[Pair]):
    """`0.07`, or row and column as `0.07,0.08` -> (row, column) in mm."""

    name = "MM[,MM]"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Pair:
        from pipeline.read_spacing import parse_spacing

        try:
            return parse_spacing(str(value))
        except ValueError as error:
            self.fail(f"{error}.", param, ctx)


spacing_option = click.option(
    "--spacing", type=Spacing(), help="Pixel spacing in mm, or row and column, for images that carry none."
)
