"""Results that are quick to make, a PACS that only counts, and phantoms small enough to be analysed at once."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pydicom import Dataset, dcmread, dcmwrite, uid
from pydicom.dataset import FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian, generate_uid
from pynetdicom import AE, evt
from pynetdicom.transport import ThreadedAssociationServer

from app.network.errors import PeerError
from pipeline.export.source import SourceHeaders
from pipeline.finding import Analysis
from training.phantom.dicom import dicom_bytes
from training.phantom.draw import draw_phantom

SIZE = (416, 320)
NAME = "Mustermann^Erika"  # in every test file and in no log


def phantom(seed: int = 3) -> bytes:
    """A right MLO mammogram of 416 x 320 pixels with a patient's name in it."""
    dataset = dcmread(
        io.BytesIO(dicom_bytes(draw_phantom(seed, size=SIZE, view="MLO", laterality="R", burnt_in=False)))
    )
    dataset.PatientName, dataset.PatientID = NAME, "ID-4711"
    return file_bytes(dataset)


def file_bytes(dataset: Dataset) -> bytes:
    stream = io.BytesIO()
    dcmwrite(stream, dataset, enforce_file_format=True)
    return stream.getvalue()


def changed(data: bytes, **attributes: str) -> bytes:
    """The same file with other attributes."""
    dataset = dcmread(io.BytesIO(data))
    for keyword, text in attributes.items():
        setattr(dataset, keyword, text)
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    return file_bytes(dataset)


def uid_of(data: bytes) -> str:
    return str(dcmread(io.BytesIO(data), stop_before_pixels=True).SOPInstanceUID)


def notes(analysis: Analysis, source: SourceHeaders, kinds: Sequence[str]) -> dict[str, Dataset]:
    """For each kind a text report without content, its UID always the same for the same image."""
    return {kind: note(source, kind) for kind in kinds}


def note(source: SourceHeaders, kind: str) -> Dataset:
    made = Dataset()
    made.SOPClassUID, made.Modality = uid.ComprehensiveSRStorage, "SR"
    made.SOPInstanceUID = generate_uid(entropy_srcs=[source.sop_instance_uid, kind])
    made.StudyInstanceUID, made.SeriesInstanceUID = source.study_instance_uid, generate_uid(entropy_srcs=[kind])
    made.PatientID = source.dataset.PatientID
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    return made


@dataclass
class Peer:
    """A PACS on a port of this machine; answers with `status` and remembers what it was sent."""

    port: int
    status: int = 0
    syntaxes: tuple[UID, ...] = (uid.ExplicitVRLittleEndian, uid.ImplicitVRLittleEndian)
    stored: list[Dataset] = field(default_factory=list)
    _server: ThreadedAssociationServer | None = None

    def __enter__(self) -> Peer:
        entity = AE(ae_title="PACS")
        for sop_class in (
            uid.ComprehensiveSRStorage,
            uid.MammographyCADSRStorage,
            uid.SegmentationStorage,
            uid.DigitalMammographyXRayImageStorageForPresentation,
        ):
            entity.add_supported_context(sop_class, list(self.syntaxes))
        self._server = entity.start_server(
            ("127.0.0.1", self.port), block=False, evt_handlers=[(evt.EVT_C_STORE, self._store)]
        )
        return self

    def __exit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.shutdown()
        self._server.server_close()

    def _store(self, event: evt.Event) -> int:
        dataset = event.dataset
        dataset.file_meta = event.file_meta
        self.stored.append(dataset)
        return self.status


@dataclass
class StubSender:
    """Confirms as many files as it is told, then raises."""

    confirms: int = 99
    error: PeerError | None = None
    sent: list[bytes] = field(default_factory=list)
    called: threading.Event = field(default_factory=threading.Event)

    def store(self, files: Sequence[bytes]) -> Iterator[int]:
        self.called.set()
        for index, file in enumerate(files[: self.confirms]):
            self.sent.append(file)
            yield index
        if self.error is not None:
            raise self.error
