"""`mammoscope pull`: analyse studies that lie in a PACS, over DICOMweb."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from app.cli.analyze import STAND_INS, table
from app.cli.network_options import Destination, WebAddress, kinds_option, tls_options
from app.settings import DISCLAIMER, Settings

if TYPE_CHECKING:
    from app.network.courier import Note
    from app.network.dicomweb import DicomWeb
    from app.network.pull import Reference
    from app.network.results import Judge
    from app.network.routing import Sender
    from app.network.tls import Tls

Json = dict[str, Any]


@click.command()
@click.option("--from", "source", type=WebAddress(), required=True, help="The PACS: root of its DICOMweb service.")
@click.option("--study", multiple=True, help="Study Instance UID; may be repeated.")
@click.option("--patient", help="All studies of this Patient ID.")
@click.option("--date", help="All studies of this day or range: YYYYMMDD or YYYYMMDD-YYYYMMDD.")
@click.option("--send", is_flag=True, help="Store the results in the same PACS.")
@click.option("--send-to", type=Destination(), help="Store the results there instead: AET@host:port or a DICOMweb URL.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Write the results into this folder.")
@kinds_option
@tls_options
@click.option("--json", "as_json", is_flag=True, help="One JSON document a line; `file` is the SOP Instance UID.")
def pull(
    source: str,
    study: tuple[str, ...],
    patient: str | None,
    date: str | None,
    send: bool,
    send_to: str | None,
    out: Path | None,
    results: tuple[str, ...] | None,
    tls: Tls,
    as_json: bool,
) -> None:
    """Fetch the mammograms of a study (QIDO-RS, WADO-RS), analyse them, store the results (STOW-RS).

    Exit status 1 when one of them could not be fetched, read or stored; the others are done all the same.
    """
    from app.cli import reading
    from app.cli.listen import changed_settings, quiet_network_logs
    from app.network.errors import PeerError
    from app.network.results import Judge
    from app.network.routing import Routing

    if not (study or patient or date):
        raise click.UsageError("Say what to fetch: --study, --patient or --date.")
    settings = changed_settings(results=results)
    quiet_network_logs()
    routing = Routing(tls=tls)
    web = routing.web(source)
    target = routing.sender(send_to or source) if send or send_to else None
    judge, note = Judge(reading.analyst(settings), settings.max_pixels), audited(settings)
    work = Work(web, judge, settings.results, target, send_to or source, out, note)
    failed, seen = False, 0
    try:
        for reference in chosen(web, study, patient, date):
            document, seen = work.document_of(reference), seen + 1
            failed = failed or "error" in document
            click.echo(json.dumps(document) if as_json else table(document, 0.3))
    except PeerError as error:
        raise click.ClickException(f"{error} ({error.code})") from None
    if not as_json:
        click.echo(f"{seen} images.\n{STAND_INS}\n{DISCLAIMER}")
    raise SystemExit(1 if failed else 0)


def audited(settings: Settings) -> Note:
    """Into the audit log of the data folder."""
    from app.audit import Audit
    from app.audit_requests import of_the_network

    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    return of_the_network(Audit(settings.data_dir))


def chosen(web: DicomWeb, named: Sequence[str], patient: str | None, date: str | None) -> Iterator[Reference]:
    from app.network.pull import instances, studies
    from app.network.received import is_uid

    if wrong := [uid for uid in named if not is_uid(uid)]:
        raise click.UsageError(f"{wrong[0]!r} is no Study Instance UID.")
    matching = {"PatientID": patient, "StudyDate": date}
    found = studies(web, **{key: text for key, text in matching.items() if text}) if patient or date else []
    for study in dict.fromkeys((*named, *found)):
        yield from instances(web, study)


@dataclass(frozen=True)
class Work:
    """One instance after the other: fetched, analysed, its results written and stored."""

    web: DicomWeb
    judge: Judge
    kinds: Sequence[str]
    target: Sender | None
    destination: str  # the target in words, for the audit log
    out: Path | None
    note: Note

    def document_of(self, reference: Reference) -> Json:
        """The result document, or one with `error`. Raises PeerUnreachable: what comes next would fail as well."""
        from app.cli.reading import failure
        from app.errors import problem_of
        from app.network.errors import PeerError, PeerUnreachable
        from pipeline.errors import PipelineError

        try:
            return self._judged(reference)
        except PeerUnreachable:
            raise
        except (PipelineError, PeerError) as error:
            return failure(reference.instance, error.code, str(error))
        except Exception as error:  # the other instances are still to come
            found = problem_of(error)
            said = f"Unexpected {type(error).__name__}; reference {found['reference']}."
            return failure(reference.instance, found["code"], said)

    def _judged(self, reference: Reference) -> Json:
        from app.network.inbox import ANALYSED
        from app.network.received import key_of
        from pipeline.document import to_document

        judged = self.judge.judge(self.web.retrieve(reference.study, reference.series, reference.instance))
        self.note(key_of(reference.instance), ANALYSED, self.web.node.url)
        if self.target is not None or self.out is not None:
            self._deliver(reference, self.judge.results(judged, self.kinds))
        return to_document(judged.analysis, reference.instance)

    def _deliver(self, reference: Reference, results: dict[str, bytes]) -> None:
        from app.network.inbox import SENT
        from app.network.received import key_of

        if self.out is not None:
            self.out.mkdir(parents=True, exist_ok=True)
            for kind, data in results.items():
                (self.out / f"{key_of(reference.instance)[:12]}-{kind}.dcm").write_bytes(data)
        if self.target is not None:
            self.note(key_of(reference.instance), SENT, self.destination)  # before: what leaves is noted
            for _ in self.target.store(list(results.values())):
                pass
