"""Storage SCP: C-ECHO and C-STORE (PS3.4 Annex A and B, PS3.7 9.1)."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

from pydicom import uid
from pynetdicom import AE, evt
from pynetdicom.dimse_primitives import C_STORE
from pynetdicom.transport import ThreadedAssociationServer

from app.network.guard import GuardedServer, GuardedSocket
from app.network.received import OUT_OF_RESOURCES, SOP_CLASSES, SUCCESS, Received, RefusedObject, received
from app.network.tls import Tls
from pipeline.dicom_decode import DECODERS

log = logging.getLogger("mammoscope.network")

UNCOMPRESSED = (
    uid.ExplicitVRLittleEndian,
    uid.ImplicitVRLittleEndian,
    uid.DeflatedExplicitVRLittleEndian,
    uid.ExplicitVRBigEndian,
)
TRANSFER_SYNTAXES = [*UNCOMPRESSED, *DECODERS]
VERIFICATION = "1.2.840.10008.1.1"
ASSOCIATIONS = 8  # at a time; one more is told to come back later
IDLE_S = 60.0  # in the middle of something, or between two requests


@dataclass
class StorageScp:
    """Hands every object it takes in to `keep`, which may raise RefusedObject, and answers with what came of it.

    `allowed` are calling AE titles; none: any. Whoever may not call is rejected before an object is sent. We answer to
    any called AE title.
    """

    aet: str
    keep: Callable[[Received], object]
    host: str = "127.0.0.1"
    port: int = 11112
    allowed: tuple[str, ...] = ()
    tls: Tls = field(default_factory=Tls)
    largest_bytes: int = 1 << 28
    _server: ThreadedAssociationServer | None = None

    def start(self) -> int:
        """Listen, in threads of its own; gives the port, which 0 leaves open. Raises OSError."""
        handlers = [(evt.EVT_C_STORE, self._store), (evt.EVT_C_ECHO, lambda event: SUCCESS)]
        self._server = self._entity().make_server(
            (self.host, self.port),
            ssl_context=self.tls.server(),
            evt_handlers=[*handlers, (evt.EVT_REJECTED, _rejected), (evt.EVT_DIMSE_RECV, _received)],
            server_class=GuardedServer,
            largest_bytes=self.largest_bytes,
            idle_s=IDLE_S,
        )
        threading.Thread(target=self._server.serve_forever, name="listen", daemon=True).start()
        return int(self._server.server_address[1])

    def stop(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def _entity(self) -> AE:
        entity = AE(ae_title=self.aet)
        entity.require_calling_aet = list(self.allowed)
        entity.maximum_associations = ASSOCIATIONS
        entity.network_timeout = entity.acse_timeout = entity.dimse_timeout = IDLE_S
        entity.add_supported_context(VERIFICATION, [uid.ImplicitVRLittleEndian, uid.ExplicitVRLittleEndian])
        for sop_class in SOP_CLASSES:
            entity.add_supported_context(sop_class, TRANSFER_SYNTAXES)
        return entity

    def _store(self, event: evt.Event) -> int:
        """The status of one C-STORE. Never raises: an exception's text would quote the object."""
        request = cast(C_STORE, event.request)
        sop_class, sop_instance = str(request.AffectedSOPClassUID), str(request.AffectedSOPInstanceUID)
        try:
            data = event.encoded_dataset()
            if len(data) > self.largest_bytes:
                raise RefusedObject(OUT_OF_RESOURCES, sop_class, sop_instance)
            self.keep(received(data, sop_class, sop_instance))
        except RefusedObject as refused:
            log.warning("C-STORE from %s refused with status %04X", event.assoc.requestor.ae_title, refused.status)
            return refused.status
        except Exception as error:  # the disk, the database
            log.error("C-STORE not kept: %s", type(error).__name__)
            return OUT_OF_RESOURCES
        return SUCCESS


def _received(event: evt.Event) -> None:
    connection = event.assoc.dul.socket
    if isinstance(connection, GuardedSocket):
        connection.message_done()


def _rejected(event: evt.Event) -> None:
    log.warning("Association from %r rejected", event.assoc.requestor.ae_title)
