"""The load process: writes and signs everything before, then does what its parent asks, one JSON line each way.

`python -m benchmarks.load SEALING HOME ADDRESS BATCHES CROWD`, started by `benchmarks.intake`: a process of its own, so
that the coordinator's CPU is its alone. The floor is timed here, between two deliveries of the same batches.
"""

import asyncio
import json
import resource
import struct
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.desk import Desk, Letter
from benchmarks.floors import Batch, intake_floor
from benchmarks.sealing import STATION, node_name, unit_name
from benchmarks.streams import Door, Stream
from tally_protocol.election.manifest import Election, Roster
from tally_protocol.election.unit import Unit
from tally_protocol.ids import Hash32, StationId, UnitId, station_chain
from tally_protocol.record.chain import Manifest
from tally_protocol.seal.document import decode_text, record_hash
from tally_protocol.seal.keys import person_name
from tally_protocol.seal.note import parse_note

BUSY = 64  # stations that deliver as fast as they can
CROWD_BATCHES = 2  # of each station of the crowd
CONNECT_AT_ONCE = 100  # grpc.aio loses streams when thousands start at the same moment
GROUP = 8  # envelopes a message when a station has a backlog


@dataclass(slots=True)
class Station:
    """One station: what it will send, its keys by signature-line name."""

    number: int
    letters: list[Letter]
    keys: dict[str, bytes]
    width: int
    stream: Stream | None = None
    sent: int = 0
    floors: list[Batch] = field(default_factory=list)

    def take(self, count: int) -> list[Letter]:
        """The next letters."""
        found = self.letters[self.sent : self.sent + count]
        self.sent += len(found)
        return found


def read_manifest(bundle: Path, number: int) -> Manifest:
    """Election, unit and roster as the county gave them to the laptop."""
    election_text = parse_note((bundle / "election.note").read_bytes()).text
    data, notes = (bundle / "notes.bin").read_bytes(), {}
    while data:
        (length,) = struct.unpack_from(">I", data)
        text = parse_note(data[4 : 4 + length]).text
        kind, body = decode_text(text)
        notes[kind] = body, record_hash(text)
        data = data[4 + length :]
    unit, of_unit = notes["unit"]
    roster, of_roster = notes["roster"]
    manifest = Manifest(
        Election.from_body(decode_text(election_text)[1]), record_hash(election_text), Unit.from_body(unit),
        Hash32(of_unit), Roster.from_body(roster), Hash32(of_roster),
    )  # fmt: skip
    assert manifest.unit.id == unit_name(number)
    return manifest


def write_station(bundle: Path, number: int, batches: int) -> Station:
    """Open and `batches` batches, signed and sealed."""
    manifest = read_manifest(bundle, number)
    desk = Desk(manifest, number)
    letters = [desk.open(), *desk.batches(batches)]
    election, unit, roster = manifest.election.id, manifest.unit.id, manifest.roster
    keys = {person_name(election, unit, person.id): bytes(person.key) for person in roster.officials}
    keys[person_name(election, unit, roster.station)] = bytes(roster.station_key)
    width = 1 + sum(len(contest.candidates) + contest.write_ins for contest in manifest.unit.contests)
    return Station(number, letters, keys, width)


def floor_of(station: Station, letter: Letter) -> Batch:
    """What this batch needs at least."""
    note = parse_note(letter.note)
    _, body = decode_text(note.text)
    signatures = tuple((station.keys[line.name], line.signature, note.text) for line in note.lines)
    return Batch(note.text, letter.note, body["figures"][0], station.width, signatures)


class Load:
    """The stations and their streams."""

    def __init__(self, sealing: Path, home: Path, address: str, batches: int, crowd: int) -> None:
        """Sign everything: `batches` for each busy station, a few for each of the crowd."""
        self._tls = sealing / "tls"
        self._bundles = home / "bundles"
        self._door: Door | None = None
        self._address = address
        self.busy = [write_station(self._bundle(i), i, batches) for i in range(BUSY)]
        self.crowd = [write_station(self._bundle(i), i, CROWD_BATCHES) for i in range(BUSY, BUSY + crowd)]

    def _bundle(self, number: int) -> Path:
        return self._bundles / node_name(number)

    async def _connect(self, stations: list[Station]) -> None:
        """Connect, a hundred at a time, and open the chains."""
        county = json.loads((self._bundle(0) / "county.json").read_bytes())
        door = Door(self._address, county["server_name"], (self._bundle(0) / "ca.pem").read_bytes())
        for place in range(0, len(stations), CONNECT_AT_ONCE):
            part = stations[place : place + CONNECT_AT_ONCE]
            for station in part:
                channel = door.dial(self._bundle(station.number), self._tls / f"{node_name(station.number)}.key")
                chain = station_chain(UnitId(unit_name(station.number)), StationId(STATION))
                station.stream = Stream(channel, chain)
            await asyncio.gather(*(station.stream.hello() for station in part if station.stream is not None))
            await self._push(part, 1)

    async def open(self) -> dict[str, float]:
        """The busy stations."""
        await self._connect(self.busy)
        return {}

    async def _push(self, stations: list[Station], count: int) -> float:
        began = time.perf_counter()
        await asyncio.gather(*(
            station.stream.push(station.take(count), GROUP) for station in stations if station.stream is not None
        ))  # fmt: skip
        return time.perf_counter() - began

    async def round(self, count: int) -> dict[str, float]:
        """`count` batches of each busy station as fast as the county takes them."""
        before = [station.sent for station in self.busy]
        seconds = await self._push(self.busy, count)
        for station, start in zip(self.busy, before, strict=True):
            station.floors = [floor_of(station, letter) for letter in station.letters[start : station.sent]]
        return {"batches": count * len(self.busy), "seconds": seconds}

    async def floor(self) -> dict[str, float]:
        """The floor of the last round's batches: CPU seconds of this process."""
        batches = [batch for station in self.busy for batch in station.floors]
        began = time.process_time()
        intake_floor(batches)
        return {"cpu": time.process_time() - began, "signatures": sum(len(batch.signatures) for batch in batches)}

    async def gather_crowd(self) -> dict[str, float]:
        """All stations of the crowd."""
        began = time.perf_counter()
        await self._connect(self.crowd)
        seconds = time.perf_counter() - began
        for station in self.crowd:
            if station.stream is not None:
                station.stream.latencies.clear()
        return {"streams": len(self.crowd), "seconds": seconds}

    async def paced(self, rate: float, seconds: float) -> dict[str, float]:
        """Single batches of the whole crowd at a steady rate; latency counts from the time a batch was due."""
        due = time.perf_counter() + 0.2
        tasks = []
        total = min(CROWD_BATCHES * len(self.crowd), int(rate * seconds))
        for number in range(total):
            station = self.crowd[number % len(self.crowd)]
            when = due + number / rate
            wait = when - time.perf_counter()
            if wait > 0.001:
                await asyncio.sleep(wait)
            tasks.append(asyncio.create_task(self._one(station, when)))
        await asyncio.gather(*tasks)
        found = sorted(
            latency for station in self.crowd if station.stream is not None for latency in station.stream.latencies
        )
        took = time.perf_counter() - due
        assert len(found) == total
        return {
            "batches": total, "rate": total / took, "p50": found[total // 2], "p99": found[total * 99 // 100],
            "most": found[-1],
        }  # fmt: skip

    async def _one(self, station: Station, due: float) -> None:
        if station.stream is not None:
            await station.stream.send(station.take(1), due)
            await station.stream.answer()


async def serve(load: Load) -> None:
    """Do what the parent asks until its pipe ends."""
    loop = asyncio.get_running_loop()
    print(json.dumps({"letters": sum(len(station.letters) for station in load.busy + load.crowd)}), flush=True)
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        name, *arguments = json.loads(line)
        result: dict[str, float] = await getattr(load, name)(*arguments)
        print(json.dumps(result), flush=True)


def main() -> None:
    """Prepare, then serve."""
    sealing, home, address, batches, crowd = sys.argv[1:6]
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    asyncio.run(serve(Load(Path(sealing), Path(home), address, int(batches), int(crowd))))


if __name__ == "__main__":
    main()
