"""The process that reads damaged files: files come on standard input, a line with the outcome goes out for each.

A file is four bytes of its length, little-endian, and its bytes. The line is `image`, one of our codes,
`escaped <exception>` for anything that read() must not raise, followed by the peak memory in MiB so far.
"""

from __future__ import annotations

import io
import resource
import struct
import sys
from pathlib import Path
from typing import BinaryIO

from pipeline.errors import PipelineError
from pipeline.read import read_stored
from pipeline.study import study_of_zip
from pipeline.study_zip import starts_a_zip


def outcome(data: bytes) -> str:
    """What reading `data` comes to; of a ZIP, what its first file comes to."""
    try:
        if starts_a_zip(data):
            data = study_of_zip(io.BytesIO(data))[0].load()
        read_stored(data)  # what the server does with an upload
    except PipelineError as error:
        return error.code
    except Exception as error:
        return f"escaped {type(error).__name__}"
    return "image"


def peak_mib() -> int:
    """Of this process and of the decoders it started. Linux's ru_maxrss of a process begins with that of its parent,
    a whole test run, so its own peak is read from /proc (VmHWM, in KiB like ru_maxrss)."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    own = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:"))
    return max(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) // 1024


def serve(requests: BinaryIO, answers: BinaryIO, memory_bytes: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    while header := requests.read(4):
        data = requests.read(struct.unpack("<I", header)[0])
        answers.write(f"{outcome(data)} {peak_mib()}\n".encode())
        answers.flush()


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer, int(sys.argv[1]))
