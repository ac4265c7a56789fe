"""What other machines do to us, as errors with a code that never changes."""

from __future__ import annotations


class PeerError(Exception):
    """Base of the errors below. Messages name machines and statuses, never patients or UIDs.

    PeerUnreachable    no connection, or it broke
    PeerRefused        the other side understood and said no: association, presentation context, status
    PeerAnswer         what came back makes no sense
    """

    code = "peer_error"


class PeerUnreachable(PeerError):
    code = "peer_unreachable"


class PeerRefused(PeerError):
    code = "peer_refused"


class PeerAnswer(PeerError):
    code = "peer_answer"
