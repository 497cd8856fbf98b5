"""The kinds of a station chain: open, box, batch, void, correction, close (spec/2, station chain) [KIND-1] [KIND-2]."""

import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass

from tally_protocol import limits
from tally_protocol.election.figures import BOX_FIGURES, PAPER_FIGURES
from tally_protocol.errors import Malformed
from tally_protocol.fields import (
    JsonObject,
    Reader,
    distinct,
    id_of,
    integer_of,
    integers_of,
    parts_of,
)
from tally_protocol.ids import Hash32
from tally_protocol.record.links import Links

TEN_MINUTES = 600
WriteIns = tuple[tuple[int, int, int], ...]
_NONCE = re.compile(r"\d{12}", re.ASCII)
_CODE = re.compile(r"F_[A-Z_]{1,30}", re.ASCII)
_M = limits.FIGURE_MAXIMUM


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """Genesis: the manifest it stands on, the nonce read aloud, the officials present."""

    links: Links
    nonce: str
    officials: tuple[str, ...]
    roster: Hash32
    unit_note: Hash32

    def to_body(self) -> JsonObject:
        """The JSON object."""
        return self.links.to_body() | {
            "nonce": self.nonce,
            "officials": list(self.officials),
            "roster": self.roster.hex(),
            "unit_note": self.unit_note.hex(),
        }


def _read_open(read: Reader, links: Links) -> Open:
    nonce = read.take("nonce", str)
    if _NONCE.fullmatch(nonce) is None:
        raise Malformed("E_FIELD", "open.nonce", expected="12 decimal digits")
    officials = read.items("officials", id_of, 1, limits.OFFICIALS_PER_ROSTER)
    distinct(list(officials), "open.officials")
    return Open(
        links=links,
        nonce=nonce,
        officials=officials,
        roster=read.hash("roster"),
        unit_note=read.hash("unit_note"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxCount:
    """Papers of one box; figures that are not known are left out."""

    links: Links
    box: str
    papers: tuple[tuple[str, int], ...]

    def to_body(self) -> JsonObject:
        """The JSON object."""
        return self.links.to_body() | {"box": self.box} | dict(self.papers)


def _read_counts(read: Reader, names: tuple[str, ...]) -> tuple[tuple[str, int], ...]:
    return tuple((name, read.integer(name)) for name in names if read.has(name))


def _read_box(read: Reader, links: Links) -> BoxCount:
    return BoxCount(links=links, box=read.id("box"), papers=_read_counts(read, BOX_FIGURES))


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Up to 100 papers of one layout: figures, running figures, commitments."""

    links: Links
    evidence: tuple[Hash32, ...]
    figures: tuple[int, ...]
    layout: str
    names: tuple[Hash32, ...]
    root: Hash32
    running: tuple[int, ...]
    sealed: Hash32
    table: tuple[int, ...]
    write_ins: WriteIns

    def to_body(self) -> JsonObject:
        """The JSON object."""
        return self.links.to_body() | {
            "evidence": [part.hex() for part in self.evidence],
            "figures": list(self.figures),
            "layout": self.layout,
            "names": [part.hex() for part in self.names],
            "root": self.root.hex(),
            "running": list(self.running),
            "sealed": self.sealed.hex(),
            "table": list(self.table),
            "write_ins": [list(part) for part in self.write_ins],
        }


def _read_write_ins(read: Reader, least: int, most: int) -> WriteIns:
    where = read.at("write_ins")
    found = []
    for i, value in enumerate(read.list("write_ins", 0, 64 * limits.NAMES_PER_CHAIN)):
        index, number, votes = parts_of(value, f"{where}[{i}]", 3)
        found.append(
            (
                integer_of(index, where, 0, limits.CONTESTS_PER_UNIT - 1),
                integer_of(number, where, 1, limits.NAMES_PER_CHAIN),
                integer_of(votes, where, least, most),
            )
        )
    pairs = [part[:2] for part in found]
    if any(first >= second for first, second in itertools.pairwise(pairs)):
        raise Malformed("E_FIELD", where, expected="ascending, distinct")
    return tuple(found)


def _read_table(read: Reader) -> tuple[int, ...]:
    values = read.list("table", 0, limits.NAMES_PER_BATCH)
    table = integers_of(values, read.at("table"), 1, limits.NAMES_PER_CHAIN)
    if any(first >= second for first, second in itertools.pairwise(table)):
        raise Malformed("E_FIELD", read.at("table"), expected="ascending, distinct")
    return table


def _read_layout_figures(read: Reader, name: str, least: int, where: str) -> tuple[int, ...]:
    figures = read.integers(name, least, _M)
    if not figures:
        raise Malformed("E_FIELD", where, expected="figures")
    return figures


def _check_time(links: Links, kind: str) -> None:
    if links.time % TEN_MINUTES:
        raise Malformed("E_FIELD", f"{kind}.time", expected="floored to ten minutes")


def _read_batch(read: Reader, links: Links) -> Batch:
    _check_time(links, read.at("")[:-1])
    figures = _read_layout_figures(read, "figures", 0, read.at("figures"))
    if not 1 <= figures[0] <= limits.BATCH_PAPERS:
        raise Malformed("E_RANGE", read.at("figures[0]"), expected=f"1 to {limits.BATCH_PAPERS}")
    return Batch(
        links=links,
        evidence=read.hashes("evidence", limits.EVIDENCE_HASHES),
        figures=figures,
        layout=read.id("layout"),
        names=read.hashes("names", limits.NAMES_PER_BATCH),
        root=read.hash("root"),
        running=_read_layout_figures(read, "running", 0, read.at("running")),
        sealed=read.hash("sealed"),
        table=_read_table(read),
        write_ins=_read_write_ins(read, 1, _M),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Void:
    """Takes a whole batch back; `effect` is minus what was in force."""

    links: Links
    effect: tuple[int, ...]
    layout: str
    reason: str
    running: tuple[int, ...]
    target: Hash32
    target_seq: int
    write_ins: WriteIns

    def to_body(self) -> JsonObject:
        """The JSON object."""
        return self.links.to_body() | {
            "effect": list(self.effect),
            "layout": self.layout,
            "reason": self.reason,
            "running": list(self.running),
            "target": self.target.hex(),
            "target_seq": self.target_seq,
            "write_ins": [list(part) for part in self.write_ins],
        }


def _read_void(read: Reader, links: Links) -> Void:
    _check_time(links, "void")
    return Void(
        links=links,
        effect=_read_layout_figures(read, "effect", -_M, "void.effect"),
        layout=read.id("layout"),
        reason=read.text("reason", limits.REASON_CODE_POINTS),
        running=_read_layout_figures(read, "running", 0, "void.running"),
        target=read.hash("target"),
        target_seq=read.integer("target_seq"),
        write_ins=_read_write_ins(read, -_M, _M),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """A batch counted again: `batch` restates everything, `effect` is the signed difference."""

    batch: Batch
    effect: tuple[int, ...]
    reason: str
    target: Hash32
    target_seq: int

    @property
    def links(self) -> Links:
        """The chain fields."""
        return self.batch.links

    def to_body(self) -> JsonObject:
        """The JSON object."""
        return self.batch.to_body() | {
            "effect": list(self.effect),
            "reason": self.reason,
            "target": self.target.hex(),
            "target_seq": self.target_seq,
        }


def _read_correction(read: Reader, links: Links) -> Correction:
    return Correction(
        effect=_read_layout_figures(read, "effect", -_M, "correction.effect"),
        reason=read.text("reason", limits.REASON_CODE_POINTS),
        target=read.hash("target"),
        target_seq=read.integer("target_seq"),
        batch=_read_batch(read, links),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Close:
    """The end of a station's count: totals of every layout, what the form says, findings."""

    links: Links
    batches: int
    findings: tuple[str, ...]
    joined_from: tuple[tuple[str, str], ...]
    joined_to: tuple[tuple[str, str], ...]
    names: int
    paper: tuple[tuple[str, int], ...]
    running: tuple[tuple[str, tuple[int, ...]], ...]
    write_ins: tuple[tuple[str, int, int], ...]

    def to_body(self) -> JsonObject:
        """The JSON object."""
        return self.links.to_body() | {
            "batches": self.batches,
            "findings": list(self.findings),
            "joined_from": [list(part) for part in self.joined_from],
            "joined_to": [list(part) for part in self.joined_to],
            "names": self.names,
            "paper": dict(self.paper),
            "running": [[layout, list(figures)] for layout, figures in self.running],
            "write_ins": [list(part) for part in self.write_ins],
        }


def _code(value: object, where: str) -> str:
    if type(value) is not str or _CODE.fullmatch(value) is None:
        raise Malformed("E_FIELD", where, expected="a finding code")
    return value


def _id_pair(value: object, where: str) -> tuple[str, str]:
    first, second = parts_of(value, where, 2)
    return id_of(first, where), id_of(second, where)


def layout_figures(value: object, where: str) -> tuple[str, tuple[int, ...]]:
    """A [layout, figures] entry of a list."""
    layout, figures = parts_of(value, where, 2)
    return id_of(layout, where), integers_of(figures, where)


def _contest_votes(value: object, where: str) -> tuple[str, int, int]:
    contest, number, votes = parts_of(value, where, 3)
    return (
        id_of(contest, where),
        integer_of(number, where, 1, limits.NAMES_PER_CHAIN),
        integer_of(votes, where, 1),
    )


def _read_close(read: Reader, links: Links) -> Close:
    paper = Reader(read.take("paper", dict), "close.paper")
    findings = read.items("findings", _code, 0, 64)
    if list(findings) != sorted(set(findings)):
        raise Malformed("E_FIELD", "close.findings", expected="ascending, distinct")
    value = Close(
        links=links,
        batches=read.integer("batches"),
        findings=findings,
        joined_from=read.items("joined_from", _id_pair, 0, 64 * limits.STATIONS_PER_UNIT),
        joined_to=read.items("joined_to", _id_pair, 0, 64 * limits.STATIONS_PER_UNIT),
        names=read.integer("names", 0, limits.NAMES_PER_CHAIN),
        paper=_read_counts(paper, PAPER_FIGURES),
        running=read.items("running", layout_figures, 0, limits.CONTESTS_PER_UNIT),
        write_ins=read.items("write_ins", _contest_votes, 0, 64 * limits.NAMES_PER_CHAIN),
    )
    paper.done()
    return value


READERS: dict[str, Callable[[Reader, Links], Open | BoxCount | Batch | Void | Correction | Close]] = {
    "open": _read_open,
    "box": _read_box,
    "batch": _read_batch,
    "void": _read_void,
    "correction": _read_correction,
    "close": _read_close,
}
