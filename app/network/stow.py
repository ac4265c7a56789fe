"""STOW-RS, the service's side (PS3.18 10.5): a request's parts into the inbox, and the answer to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from app.network.multipart import DICOM, decode
from app.network.received import CANNOT_UNDERSTAND, Received, RefusedObject, received

Json = dict[str, Any]
ACCEPTED, PARTLY, CONFLICT = 200, 202, 409  # PS3.18 Table 10.5.3-1


@dataclass
class StowAnswer:
    """Store Instances Response Module (PS3.18 I.2) in the making."""

    stored: list[Json] = field(default_factory=list)
    failed: list[Json] = field(default_factory=list)
    others: list[Json] = field(default_factory=list)  # parts that are no instance at all

    @property
    def status(self) -> int:
        refused = self.failed or self.others
        return PARTLY if self.stored and refused else CONFLICT if refused else ACCEPTED

    def to_json(self) -> Json:
        """DICOM JSON model, PS3.18 Annex F; sequences without items are left out."""
        found = {"00081199": self.stored, "00081198": self.failed, "0008119A": self.others}
        return {tag: {"vr": "SQ", "Value": items} for tag, items in found.items() if items}


def stow(body: bytes, content_type: str, keep: Callable[[Received], object]) -> StowAnswer:
    """Hand every part to `keep`, which may raise RefusedObject. Raises MultipartError for the request as a whole."""
    answer = StowAnswer()
    for media, part in list(decode(body, content_type)):
        try:
            if media != DICOM:
                raise RefusedObject(CANNOT_UNDERSTAND)
            instance = received(part)
            keep(instance)
        except RefusedObject as refused:
            _refused(answer, refused)
        else:
            answer.stored.append(_reference(instance.sop_class, instance.sop_instance))
    return answer


def _refused(answer: StowAnswer, refused: RefusedObject) -> None:
    reason = {"00081197": {"vr": "US", "Value": [refused.status]}}
    if refused.sop_instance:
        answer.failed.append(_reference(refused.sop_class, refused.sop_instance) | reason)
    else:
        answer.others.append(reason)


def _reference(sop_class: str, sop_instance: str) -> Json:
    return {"00081150": {"vr": "UI", "Value": [sop_class]}, "00081155": {"vr": "UI", "Value": [sop_instance]}}
