"""Sockets with guards: no caller can hold up the others or fill the memory, and every socket is closed.

pynetdicom shakes hands for TLS where it accepts, so that one silent caller would stop all others, and reads whatever
length a caller announces.
"""

from __future__ import annotations

import socket
import ssl
from socketserver import BaseServer
from typing import Any, cast

from pynetdicom import AE
from pynetdicom.association import Association
from pynetdicom.transport import AssociationSocket, RequestHandler, ThreadedAssociationServer

HANDSHAKE_S = 10.0
LARGEST_PDU = 1 << 20  # bytes; we ask callers for 16 KiB (PS3.8 D.1), larger ones occur


class TooLargeError(OSError):
    """A caller sends more than we take; pynetdicom closes the connection over an OSError."""


class ClosingSocket(AssociationSocket):
    """pynetdicom leaves the file descriptor open where the other side was gone first, or never there."""

    def _shutdown_socket(self) -> None:
        connection = self.socket
        super()._shutdown_socket()
        if connection is not None:
            connection.close()


class Caller(AE):
    """An application entity that calls others."""

    def _create_socket(self, *arguments: Any) -> AssociationSocket:
        made = super()._create_socket(*arguments)
        made.__class__ = ClosingSocket
        return made


class GuardedSocket(ClosingSocket):
    """`message_done()` after each message; between two of them at most `largest_bytes` are read."""

    largest_bytes = 1 << 28
    _read = 0

    def recv(self, nr_bytes: int) -> bytearray:
        self._read += nr_bytes
        if nr_bytes > LARGEST_PDU or self._read > self.largest_bytes + LARGEST_PDU:
            raise TooLargeError("more than we take")
        return super().recv(nr_bytes)

    def message_done(self) -> None:
        self._read = 0


class GuardedHandler(RequestHandler):
    server: GuardedServer

    def _create_association(self) -> Association:
        association = super()._create_association()
        connection = association.dul.socket
        assert connection is not None
        connection.__class__ = GuardedSocket  # a second one would announce the connection twice
        cast(GuardedSocket, connection).largest_bytes = self.server.largest_bytes
        return association


class GuardedServer(ThreadedAssociationServer):
    """`idle_s` without a byte in the middle of a message end a connection; `largest_bytes` is that of one message."""

    daemon_threads = True

    def __init__(self, *arguments: Any, largest_bytes: int, idle_s: float, **others: Any) -> None:
        self.largest_bytes, self.idle_s = largest_bytes, idle_s
        super().__init__(*arguments, **{**others, "request_handler": GuardedHandler})

    def shutdown(self) -> None:
        """Stop listening; associations that are open come to their own end."""
        BaseServer.shutdown(self)
        self.server_close()

    def get_request(self) -> tuple[socket.socket, tuple[str, int]]:
        """The handshake comes later, in the caller's own thread."""
        assert self.socket is not None
        caller, address = self.socket.accept()
        caller.settimeout(HANDSHAKE_S if self.ssl_context else self.idle_s)
        if self.ssl_context is not None:
            caller = self.ssl_context.wrap_socket(caller, server_side=True, do_handshake_on_connect=False)
        return caller, address

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        if isinstance(request, ssl.SSLSocket):
            try:
                request.do_handshake()
                request.settimeout(self.idle_s)
            except OSError:  # SSLError and the timeout are OSErrors
                self.shutdown_request(request)
                return
        super().process_request_thread(request, client_address)
