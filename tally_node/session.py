"""Playing a session file: a whole count as JSON lines, through the same table, journal and uplink as by hand.

The format is in docs/session-file.md. Lines of one unit that follow each other are one piece of work: durable
together, or, if one of them is refused, one by one, and what depends on the refused one (its table, its unit's
statement) is left out and reported; all other units go on. With a `session` line first, the journal remembers how
many lines are done in the very transaction that does them, so the same file may be played again after a crash and
nothing is counted twice (P1). Records go out while the next are made; memory does not grow with the file.
"""

import asyncio
import binascii
import json
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tally_node.committee import Adjudicated
from tally_node.service import Station
from tally_node.table import Stack
from tally_node.uplink import Uplink
from tally_node.voice import NodeError, StorageFailedError, as_json
from tally_protocol.election.figures import BOX_FIGURES, PAPER_FIGURES
from tally_protocol.errors import ProtocolError
from tally_protocol.ids import ChainName, is_id, station_chain, unit_chain
from tally_protocol.law.declared import Reason

TABLE_OPS = ("open", "box", "papers", "void", "correction", "close")
UNIT_OPS = ("statement", "names", "declaration")
BOTH_OPS = ("step",)
GROUP_LINES = 256
GROUP_BYTES = 8_000_000
REFUSALS_KEPT = 1000
_FATAL = ("E_JOURNAL", "E_DISK", "N_STORAGE", "N_BUSY")


@dataclass(frozen=True, slots=True)
class Line:
    """One operation of the file; `station` is empty for a unit's own."""

    number: int
    op: str
    unit: str
    station: str
    body: dict[str, Any]

    @property
    def chain(self) -> ChainName:
        """The chain it writes to."""
        return station_chain(self.unit, self.station) if self.station else unit_chain(self.unit)


@dataclass(slots=True)
class Summary:
    """What a session did; `refused` lists at most a thousand lines, `refusals` counts them all."""

    lines: int = 0
    skipped: int = 0
    papers: int = 0
    batches: int = 0
    closes: int = 0
    statements: int = 0
    declarations: int = 0
    refusals: int = 0
    refused: list[dict[str, object]] = field(default_factory=list)

    def refuse(self, number: int, error: NodeError | ProtocolError) -> None:
        """Count a refused line."""
        self.refusals += 1
        if len(self.refused) < REFUSALS_KEPT:
            self.refused.append({"line": number} | as_json(error))

    def body(self) -> dict[str, object]:
        """For the JSON summary."""
        names = (
            "lines", "skipped", "papers", "batches", "closes", "statements", "declarations", "refusals", "refused",
        )  # fmt: skip
        return {name: getattr(self, name) for name in names}


def read_line(number: int, text: str) -> Line:
    """One line of the file; N_SESSION unless it is an object with a known op and good ids."""
    where = f"line {number}"
    try:
        body = json.loads(text)
    except ValueError as error:
        raise NodeError("N_SESSION", where, found=error) from None
    if not isinstance(body, dict) or not isinstance(op := body.pop("op", None), str):
        raise NodeError("N_SESSION", where, expected="an object with op")
    if op == "session":
        return Line(number, op, "", "", body)
    unit, station = body.pop("unit", None), body.pop("station", None if op in TABLE_OPS else "")
    if op not in TABLE_OPS + UNIT_OPS + BOTH_OPS or not isinstance(unit, str) or not is_id(unit):
        raise NodeError("N_SESSION", where, expected="an op and a unit")
    fits = op in BOTH_OPS or (op in TABLE_OPS) == bool(station)
    if not isinstance(station, str) or not fits or (station and not is_id(station)):
        raise NodeError("N_SESSION", where, expected="a station exactly where the op needs one")
    return Line(number, op, unit, station, body)


class Player:
    """Turns lines into records, one group a transaction."""

    def __init__(self, station: Station, done: Callable[[], None] = lambda: None) -> None:
        """`done` is called after each durable group."""
        self._station = station
        self._done = done
        self._bad: set[str] = set()
        self._mark: str | None = None
        self._skip = 0
        self.summary = Summary()

    def groups(self, lines: Iterable[str]) -> Iterator[list[Line]]:
        """Lines that follow each other and belong to one unit, up to a size."""
        group: list[Line] = []
        size = 0
        for number, text in enumerate(lines, start=1):
            if not text.strip():
                continue
            try:
                line = read_line(number, text)
            except NodeError as error:
                self.summary.refuse(number, error)
                continue
            if line.op == "session":
                self._begin(line)
                continue
            if number <= self._skip:
                self.summary.skipped += 1
                continue
            full = len(group) >= GROUP_LINES or size >= GROUP_BYTES
            if group and (line.unit != group[0].unit or (full and line.op == "open")):
                yield group
                group, size = [], 0
            group.append(line)
            size += len(text)
        if group:
            yield group

    def _begin(self, line: Line) -> None:
        name = line.body.get("id")
        if line.number != 1 or not isinstance(name, str) or not is_id(name):
            raise NodeError("N_SESSION", f"line {line.number}", expected="session first, with an id")
        self._mark = f"session/{name}"
        self._skip = int(self._station.journal.setting(self._mark) or "0")

    def play(self, group: list[Line]) -> None:
        """One group: together if all of it may be, else line by line. When this returns it is durable."""
        try:
            self._together(group)
        except (NodeError, ProtocolError) as error:
            if error.code in _FATAL:
                raise
            for line in group:
                self._alone(line)
        self._done()

    def _together(self, group: list[Line]) -> None:
        before = self._counts()
        try:
            with self._station.chains.work(*{line.chain for line in group}):
                for line in group:
                    self._check_dependence(line)
                    self._run(line)
                self._remember(group[-1].number)
        except BaseException:
            self._restore(before)
            raise

    def _alone(self, line: Line) -> None:
        try:
            self._together([line])
        except (NodeError, ProtocolError) as error:
            if error.code in _FATAL:
                raise
            self._bad |= {line.chain, unit_chain(line.unit)}
            self.summary.refuse(line.number, error)

    def _check_dependence(self, line: Line) -> None:
        if line.chain in self._bad:
            raise NodeError("N_SESSION", f"line {line.number}", expected=f"no refused line of {line.chain} before")

    def _counts(self) -> tuple[int, ...]:
        found = self.summary
        return found.lines, found.papers, found.batches, found.closes, found.statements, found.declarations

    def _restore(self, counts: tuple[int, ...]) -> None:
        found = self.summary
        found.lines, found.papers, found.batches, found.closes, found.statements, found.declarations = counts

    def _remember(self, number: int) -> None:
        if self._mark is not None:
            self._station.journal.set_setting(self._mark, str(number))

    def _run(self, line: Line) -> None:
        fields = Fields(line)
        time = fields.integer("time")
        if line.op == "step":
            self._run_step(line, fields, time)
        elif line.op in UNIT_OPS:
            self._run_unit(line, fields, time)
        else:
            self._run_table(line, fields, time)
        self.summary.lines += 1

    def _run_step(self, line: Line, fields: "Fields", time: int) -> None:
        word, reason = fields.text("step"), fields.optional_text("reason")
        fields.done()
        if line.station:
            self._station.table(line.unit, line.station).step(word, time, reason)
        else:
            self._station.committee(line.unit).step(word, time, reason)

    def _run_unit(self, line: Line, fields: "Fields", time: int) -> None:
        committee = self._station.committee(line.unit)
        match line.op:
            case "statement":
                fields.done()
                committee.statement(time)
                self.summary.statements += 1
            case "names":
                people = fields.people()
                fields.done()
                committee.names(time, people)
            case _:
                differences = fields.differences()
                fields.done()
                committee.declaration(time, differences)
                self.summary.declarations += 1

    def _run_table(self, line: Line, fields: "Fields", time: int) -> None:
        table = self._station.table(line.unit, line.station)
        match line.op:
            case "open":
                nonce = fields.text("nonce")
                fields.done()
                table.open(nonce, time)
            case "box":
                box = fields.text("box")
                table.box(box, fields.rest(BOX_FIGURES), time)
            case "papers" | "correction":
                stack = Stack(fields.text("layout"), fields.rows(), fields.texts("names"))
                width = table.shape(stack.layout).width
                if line.op == "papers":
                    fields.done()
                    self.summary.batches += table.papers(stack, time)
                    self.summary.papers += len(stack.rows) // width
                else:
                    seq, reason = fields.integer("target_seq"), fields.text("reason")
                    fields.done()
                    table.correct(seq, stack, reason, time)
            case "void":
                seq, reason = fields.integer("target_seq"), fields.text("reason")
                fields.done()
                table.void(seq, reason, time)
            case _:
                joined = fields.pairs("joined_from"), fields.pairs("joined_to")
                table.close(fields.figures("paper"), time, *joined)
                self.summary.closes += 1


class Fields:
    """Takes a line's fields, each once, of the right type; what nobody takes is refused."""

    def __init__(self, line: Line) -> None:
        """The fields beside op, unit and station."""
        self._left = dict(line.body)
        self._where = f"line {line.number} {line.op}"

    def _take(self, name: str, kind: type) -> Any:
        value = self._left.pop(name, None)
        if type(value) is not kind:
            raise NodeError("N_SESSION", f"{self._where}.{name}", expected=kind.__name__)
        return value

    def integer(self, name: str) -> int:
        """An integer."""
        value: int = self._take(name, int)
        return value

    def text(self, name: str) -> str:
        """A string."""
        value: str = self._take(name, str)
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of strings; absent is empty."""
        values = self._take(name, list) if name in self._left else []
        if any(type(value) is not str for value in values):
            raise NodeError("N_SESSION", f"{self._where}.{name}", expected="strings")
        return tuple(values)

    def optional_text(self, name: str) -> str | None:
        """A string, or nothing."""
        return self.text(name) if name in self._left else None

    def people(self) -> tuple[Adjudicated, ...]:
        """Who written-in persons are, as the table decided; absent is nothing decided."""
        values = self._take("people", list) if "people" in self._left else []
        return tuple(self._person(value, f"{self._where}.people[{place}]") for place, value in enumerate(values))

    def _person(self, value: object, where: str) -> Adjudicated:
        read = dict(value) if type(value) is dict else {}
        written = read.pop("written", [])
        texts = {name: read.pop(name) for name in ("contest", "name", "candidate", "sex") if name in read}
        named = {"contest", "name"} <= texts.keys() and type(written) is list
        if read or not named or any(type(text) is not str for text in [*texts.values(), *written]):
            raise NodeError("N_SESSION", where, expected="contest, name, and any of written, candidate, sex")
        return Adjudicated(**texts, written=tuple(written))

    def differences(self) -> tuple[Reason, ...]:
        """Where the committee declares otherwise than the rules give; absent is nowhere."""
        values = self._take("differences", list) if "differences" in self._left else []
        try:
            return tuple(Reason.parse(value, f"{self._where}.differences") for value in values)
        except ProtocolError as error:
            raise NodeError("N_SESSION", error.where, expected=error.expected, found=error.found) from None

    def pairs(self, name: str) -> tuple[tuple[str, str], ...]:
        """A list of [layout, station]; absent is empty."""
        values = self._take(name, list) if name in self._left else []
        for value in values:
            if type(value) is not list or len(value) != 2 or any(type(part) is not str for part in value):
                raise NodeError("N_SESSION", f"{self._where}.{name}", expected="[layout, station]")
        return tuple((value[0], value[1]) for value in values)

    def rows(self) -> bytes:
        """The papers, base64."""
        try:
            return binascii.a2b_base64(self._take("rows", str), strict_mode=True)
        except ValueError:
            raise NodeError("N_SESSION", f"{self._where}.rows", expected="base64 of whole rows") from None

    def rest(self, names: tuple[str, ...]) -> dict[str, int]:
        """All fields that are left, as figures of these names."""
        left, self._left = self._left, {}
        for name, value in left.items():
            if name not in names or type(value) is not int:
                raise NodeError("N_SESSION", f"{self._where}.{name}", expected="integers: " + " ".join(names))
        return left

    def figures(self, name: str) -> dict[str, int]:
        """An object of paper figures, the last field of its line."""
        value = self._take(name, dict) if name in self._left else {}
        self.done()
        self._left = value
        return self.rest(PAPER_FIGURES)

    def done(self) -> None:
        """Refuse what is left."""
        if self._left:
            raise NodeError("N_SESSION", f"{self._where}.{min(self._left)}", expected="no such field")


async def play(player: Player, lines: Iterable[str], uplink: Uplink | None) -> bool:
    """Play all lines, sending meanwhile; whether all was delivered (True without an uplink).

    A failing uplink does not stop the count: what it owes stays in the journal. A failing journal stops both.
    """
    sending = asyncio.create_task(uplink.run()) if uplink is not None else None
    try:
        async for group in _paced(player.groups(lines)):
            player.play(group)
            if sending is not None and sending.done() and sending.exception() is not None:
                break
        if uplink is None or sending is None:
            return True
        uplink.finish()
        return await sending
    except StorageFailedError:
        # nothing may run on with a journal whose last write is in doubt
        raise
    finally:
        if sending is not None and not sending.done():
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)


async def _paced(groups: Iterator[list[Line]]) -> AsyncIterator[list[Line]]:
    """Give the uplink a turn between two groups: one thread serves both."""
    for group in groups:
        yield group
        for _ in range(4):
            await asyncio.sleep(0)
