"""H6: an enrolled laptop floods with valid batches; fifty honest ones beside it never feel it [ACCESS-9] [INTAKE-2]."""

import asyncio
import contextlib
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from grpc import aio

from coordinator.intake.admission import Received
from coordinator.store import entries as log
from coordinator.store.database import Database
from tally_protocol.wire.v1 import intake_pb2
from tests.coordinator.county import seal_part
from tests.coordinator.door import laptop_for, open_stream, percentile
from tests.coordinator.scene import Laptop, group, new_scene
from tests.world import VOTE_A, StationDesk, World, papers

pytestmark = pytest.mark.fault
HONEST, BATCHES, FLOOD = 50, 4, 160
# a busy machine of two cores runs the county, fifty laptops and the flood
P99_MOST = 1.0


def village(number: int) -> str:
    return f"v{number:02d}"


def crowd() -> World:
    """One laptop a village, one table each."""
    units = [village(number) for number in range(HONEST + 1)]
    return World(places=tuple((unit, ("1",)) for unit in units), laptops={unit: f"n-{unit}" for unit in units})


def letters(world: World, unit: str, batches: int) -> list[Received]:
    """Open and so many valid batches, sealed as a laptop sends them."""
    desk = StationDesk(world, unit, "1")
    desk.open()
    for _ in range(batches):
        desk.batch(papers(50, VOTE_A))
    return [Received(note, seal_part(world, desk, note), "") for note in desk.notes]


async def deliver_slowly(laptop: Laptop, address: str, received: Sequence[Received], times: list[float]) -> None:
    """An honest table: one record at a time, each acknowledged before the next."""
    one = await open_stream(laptop, address)
    for envelope in received:
        began = time.monotonic()
        answer = await one.say(group([envelope]))
        times.append(time.monotonic() - began)
        assert answer.answers.answers[0].outcome == intake_pb2.OUTCOME_ACCEPTED
        await asyncio.sleep(0.5)
    await one.close()


async def flood(
    laptop: Laptop, address: str, received: Sequence[Received], stop: asyncio.Event
) -> tuple[list[int], int]:
    """Valid batches as fast as the connection takes them, again and again: answers' outcomes, refusals of the rate."""
    answered: list[int] = []
    refused = 0
    while not stop.is_set():
        one = await open_stream(laptop, address)
        try:
            for start in range(0, len(received), 16):
                await one.call.write(group(list(received[start : start + 16])))
            # everything once more in groups as large as the door reads at all: over the patience at once
            for _ in range(20):
                await one.call.write(group([received[0]] * 250))
        except (aio.AioRpcError, asyncio.InvalidStateError):
            pass
        with contextlib.suppress(aio.AioRpcError, asyncio.InvalidStateError):
            # what was handed on before the end is answered
            while isinstance(answer := await one.call.read(), intake_pb2.DeliverResponse):
                answered += [part.outcome for part in answer.answers.answers]
        refused += await one.status() == ("RESOURCE_EXHAUSTED", "E_RATE rate")
        await one.close()
    return answered, refused


def test_one_flooder_and_fifty_honest_laptops(tmp_path: Path) -> None:
    """H6 [ACCESS-9] [INTAKE-2]: only the flooder is refused; whatever was answered ACCEPTED is in the store, once."""
    with new_scene(tmp_path, world=crowd()) as scene:
        county = scene.serve()
        world = scene.world
        honest = {village(number): letters(world, village(number), BATCHES) for number in range(1, HONEST + 1)}
        flooding = letters(world, village(0), FLOOD)
        laptops = {unit: laptop_for(scene.authority, f"n-{unit}", world.id) for unit in (village(0), *honest)}

        async def play() -> tuple[list[float], list[int], int, float]:
            stop, began = asyncio.Event(), time.monotonic()
            times: list[float] = []
            storm = asyncio.create_task(flood(laptops[village(0)], county.address, flooding, stop))
            await asyncio.gather(
                *(deliver_slowly(laptops[unit], county.address, parts, times) for unit, parts in honest.items())
            )
            stop.set()
            return times, *await storm, time.monotonic() - began

        times, answered, refused, took = asyncio.run(play())
        accepted = answered.count(intake_pb2.OUTCOME_ACCEPTED)
        assert len(times) == HONEST * (BATCHES + 1)
        assert percentile(times, 0.99) < P99_MOST, percentile(times, 0.99)
        assert refused > 0
        # a table and a unit: burst and rate of two
        assert 0 < len(answered) <= 100 + 20 * (took + 1), "the rate held"
        assert county.end() == 0
        store = Database(scene.home.store)
        kept = [entry.chain for entry in log.read_range(store, 0, log.size(store))]
        store.close()
        assert kept.count(f"s/{village(0)}/1") >= accepted
        assert all(kept.count(f"s/{unit}/1") == BATCHES + 1 for unit in honest)
