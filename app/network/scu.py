"""Storage SCU: results to another DICOM application (PS3.4 Annex B)."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import pydicom
from pydicom import Dataset, uid
from pynetdicom.association import Association

from app.network.errors import PeerRefused, PeerUnreachable
from app.network.guard import Caller
from app.network.nodes import Node
from app.network.tls import Tls

SYNTAXES = [uid.ExplicitVRLittleEndian, uid.ImplicitVRLittleEndian]
WARNINGS = range(0xB000, 0xC000)  # PS3.7 Annex C.4: stored, though coerced or with elements discarded
CONNECT_S, ANSWER_S = 10.0, 60.0


@dataclass(frozen=True)
class StorageScu:
    """Sends to `node` as `aet`, over TLS where `tls` is given."""

    node: Node
    aet: str
    tls: Tls | None = None

    def store(self, files: Sequence[bytes]) -> Iterator[int]:
        """Store DICOM files (PS3.10) one after the other; gives the index of each as it is confirmed.

        Raises PeerUnreachable and PeerRefused, after the others were sent when only some were refused.
        """
        datasets = [pydicom.dcmread(io.BytesIO(file)) for file in files]
        refused: list[str] = []
        with self._association(datasets) as association:
            for index, dataset in enumerate(datasets):
                problem = _store(association, dataset)
                if problem is None:
                    yield index
                else:
                    refused.append(problem)
        if refused:
            raise PeerRefused(f"{self.node} refused {len(refused)} of {len(files)} objects: {', '.join(refused)}.")

    @contextmanager
    def _association(self, datasets: Sequence[Dataset]) -> Iterator[Association]:
        entity = Caller(ae_title=self.aet)
        entity.connection_timeout, entity.acse_timeout = CONNECT_S, CONNECT_S
        entity.dimse_timeout = entity.network_timeout = ANSWER_S
        for sop_class, syntax in sorted({(d.SOPClassUID, d.file_meta.TransferSyntaxUID) for d in datasets}):
            entity.add_requested_context(sop_class, SYNTAXES if syntax in SYNTAXES else [syntax])
        tls = (self.tls.client(), self.node.host) if self.tls else None
        association = entity.associate(self.node.host, self.node.port, ae_title=self.node.aet, tls_args=tls)
        if association.is_rejected:
            raise PeerRefused(f"{self.node} rejected the association of {self.aet}.")
        if not association.is_established:
            raise PeerUnreachable(f"{self.node} could not be reached, or took none of our objects.")
        try:
            yield association
        finally:
            if association.is_established:
                association.release()


def _store(association: Association, dataset: Dataset) -> str | None:
    """None when stored, else what was answered. Raises PeerUnreachable."""
    try:
        answer = association.send_c_store(dataset)
    except ValueError:  # pynetdicom: no accepted presentation context
        return f"{dataset.SOPClassUID.name} not accepted"
    except RuntimeError:
        raise PeerUnreachable("The association ended early.") from None
    if "Status" not in answer:
        raise PeerUnreachable("The connection broke while an object was sent.")
    status = int(answer.Status)
    return None if status == 0 or status in WARNINGS else f"status {status:04X}"
