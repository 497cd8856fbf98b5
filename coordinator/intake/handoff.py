r"""Hand-off files: the same bytes carried by hand, taken in under the county desk's own role [INTAKE-6].

Layout: `changpiao/v1 handoff\n`, then for each envelope `u32 length || note || u32 length || sealed`. Nothing in it is
trusted: every record passes the same admission as over the wire.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from coordinator.intake.admission import Received
from coordinator.intake.jobs import Answers
from coordinator.settings import CountyError
from tally_protocol.limits import RECORD_BYTES, SEALED_BYTES

HEADER = b"changpiao/v1 handoff\n"
SUFFIX = ".changpiao"
GROUP = 64
# one byte more than a record may have, so that an over-long one is refused with its own code and kept
NOTE_MOST = 4 * RECORD_BYTES
SEALED_MOST = SEALED_BYTES + 1024


@dataclass(slots=True)
class Imported:
    """What became of a file's envelopes; `refused` counts by code."""

    accepted: int = 0
    duplicates: int = 0
    refused: dict[str, int] = field(default_factory=dict)

    def to_json(self) -> dict[str, object]:
        """For the result line."""
        return {"accepted": self.accepted, "duplicates": self.duplicates, "refused": self.refused}


def read_file(path: Path) -> Iterator[Received]:
    """The envelopes of a file, one by one; CountyError where it is cut off or is something else."""
    try:
        with path.open("rb") as stream:
            if stream.read(len(HEADER)) != HEADER:
                raise CountyError(f"{path} 不是交接文件", f"{path} is not a hand-off file of version 1")
            while head := stream.read(4):
                note = _part(stream, head, NOTE_MOST, path)
                yield Received(note, _part(stream, stream.read(4), SEALED_MOST, path), None)
    except OSError as error:
        raise CountyError(f"读不出 {path}: {error.strerror}", f"cannot read {path}") from None


def _part(stream: IO[bytes], head: bytes, most: int, path: Path) -> bytes:
    length = int.from_bytes(head, "big")
    data = stream.read(length) if len(head) == 4 and length <= most else b""
    if len(head) != 4 or len(data) != length:
        raise CountyError(f"{path} 不完整，请重新导出", f"{path} is cut off; export it again")
    return data


def import_file(path: Path, deliver: Callable[[Sequence[Received]], Answers]) -> Imported:
    """Deliver a file in groups; importing it again is harmless [INTAKE-3]."""
    done = Imported()
    group: list[Received] = []
    for envelope in read_file(path):
        group.append(envelope)
        if len(group) == GROUP:
            _count(deliver(group), done)
            group = []
    if group:
        _count(deliver(group), done)
    return done


def _count(answers: Answers, done: Imported) -> None:
    for answer in answers.answers:
        if answer.outcome == "accepted":
            done.accepted += 1
        elif answer.outcome == "duplicate":
            done.duplicates += 1
        else:
            done.refused[answer.code] = done.refused.get(answer.code, 0) + 1
