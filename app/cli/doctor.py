"""`mammoscope doctor`: is everything here that the program needs, and what to do if not."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from app.cli.analyze import settings_or_exit
from app.settings import DISCLAIMER


@click.command()
@click.option("--json", "as_json", is_flag=True, help="A JSON object instead of lines.")
def doctor(as_json: bool) -> None:
    """Check Python, packages, weights, inference, memory, disk, folders, port and page. Exit status 1 on a failure."""
    from app.cli.checks import FAIL, all_checks

    checks = all_checks(settings_or_exit())
    failed = any(check.state == FAIL for check in checks)
    if as_json:
        click.echo(json.dumps({"ok": not failed, "checks": [asdict(check) for check in checks]}))
    else:
        for check in checks:
            click.echo(
                f"{check.state:<5} {check.name:<12} {check.message}" + (f"\n{'':<19}{check.todo}" * bool(check.todo))
            )
        click.echo(DISCLAIMER)
    raise SystemExit(1 if failed else 0)
