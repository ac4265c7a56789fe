"""Destination -> what sends there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from app.network.dicomweb import DicomWeb, authorization_of
from app.network.nodes import Node, WebNode, parse_node, parse_web_node
from app.network.scu import StorageScu
from app.network.tls import Tls

AET = "MAMMOSCOPE"


class Sender(Protocol):
    def store(self, files: Sequence[bytes]) -> Iterator[int]:
        """Send DICOM files; gives the index of each as it is confirmed. Raises PeerError."""
        ...


@dataclass(frozen=True)
class Routing:
    """How we call others: our AE title, our certificates, whether associations use TLS."""

    aet: str = AET
    tls: Tls = field(default_factory=Tls)
    send_tls: bool = False
    authorization: str | None = field(default_factory=authorization_of, repr=False)

    def sender(self, destination: str) -> Sender:
        """Raises NodeError."""
        return self.to(parse_node(destination))

    def web(self, url: str) -> DicomWeb:
        return DicomWeb(parse_web_node(url), self.tls, self.authorization)

    def to(self, node: Node | WebNode) -> Sender:
        if isinstance(node, WebNode):
            return DicomWeb(node, self.tls, self.authorization)
        return StorageScu(node, self.aet, self.tls if self.send_tls else None)
