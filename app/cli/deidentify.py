"""`mammoscope deidentify`: DICOM mammograms without what names anyone (docs/privacy.md)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from app.secret_key import key_at, new_key
from app.settings import DISCLAIMER

if TYPE_CHECKING:
    from app.cli.reading import Source
    from pipeline.deidentify import Options


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="Folder to write to.")
@click.option("--shift-dates", "dates", flag_value="SHIFTED", help="Move dates, a patient's all by the same days.")
@click.option("--keep-dates", "dates", flag_value="KEPT", help="Keep dates and times (not birth dates).")
@click.option("--retain-device", is_flag=True, help="Keep serial numbers and the station's name.")
@click.option("--retain-characteristics", is_flag=True, help="Keep sex, age, size, weight.")
@click.option("--clean-pixels", is_flag=True, help="Blank everything outside the breast.")
@click.option(
    "--key-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Made where it is missing; the same key names the same alike in other runs. Keep it secret.",
)
def deidentify(
    paths: tuple[Path, ...],
    out: Path,
    dates: str | None,
    retain_device: bool,
    retain_characteristics: bool,
    clean_pixels: bool,
    key_file: Path | None,
) -> None:
    """Write PATHS (files, folders, ZIPs, DICOMDIRs) to the --out folder, as DICOM PS3.15 Annex E asks.

    UIDs, dates and patient IDs are removed or replaced alike in the whole run. Files are
    named by their new UIDs and overwrite nothing. Messages count
    the images instead of naming them. Exit status 1 when one was not written.
    """
    from app.cli import reading
    from pipeline.deidentify import Dates, Options

    reading.quiet()
    options = Options(Dates[dates or "REMOVED"], retain_device, retain_characteristics, clean_pixels)
    key = _key(key_file)
    out.mkdir(parents=True, exist_ok=True)
    found = list(reading.sources_in(paths))
    outcomes = [_one(one, f"Image {number} of {len(found)}", out, key, options) for number, one in enumerate(found, 1)]
    codes = ", ".join(f"{value} {meaning}" for value, meaning in options.codes())
    click.echo(f"{sum(outcomes)} of {len(found)} images written ({codes}).\n{DISCLAIMER}")
    raise SystemExit(0 if all(outcomes) else 1)


def _one(source: Source, which: str, out: Path, key: bytes, options: Options) -> bool:
    """Was it written? Says on standard error what was not, and what to look at."""
    from pipeline.deidentify import deidentify
    from pipeline.errors import ArchiveTooLarge, PipelineError, UnreadableArchive

    try:
        made = deidentify(source.load(), key, options)
        with (out / f"{made.sop_instance_uid}.dcm").open("xb") as file:
            file.write(made.data)
    except (UnreadableArchive, ArchiveTooLarge) as error:  # their words may hold names of files
        return _not_written(which, f"{error.code}.")
    except PipelineError as error:
        return _not_written(which, f"{error.code}: {error}")
    except FileExistsError:
        return _not_written(which, "there is a file of that name already; the same image twice, or another run's.")
    except OSError as error:
        return _not_written(which, f"{error.strerror or 'cannot be read or written'}.")
    except Exception as error:  # a damaged header may make pydicom raise anything, with the patient's data in its words
        return _not_written(which, f"unexpected {type(error).__name__}.")
    for warning in made.warnings:
        click.echo(f"{made.sop_instance_uid}.dcm: {warning}", err=True)
    return True


def _not_written(which: str, why: str) -> bool:
    click.echo(f"{which} was not written: {why}", err=True)
    return False


def _key(path: Path | None) -> bytes:
    """Random and forgotten at the end of the run, unless a file keeps it."""
    try:
        return new_key() if path is None else key_at(path)
    except ValueError as error:
        raise click.ClickException(str(error)) from None
