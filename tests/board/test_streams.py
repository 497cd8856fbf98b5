"""Server-sent events: ids are log sizes, who comes back gets what it missed, five hundred share one text."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from coordinator.board import streams
from coordinator.board.streams import Streams
from tests.board.played import Played


def parsed(text: bytes) -> tuple[str, int, dict[str, Any]]:
    event, number, data, *_ = text.decode().split("\n")
    return event.removeprefix("event: "), int(number.removeprefix("id: ")), json.loads(data.removeprefix("data: "))


async def following(source: AsyncIterator[bytes]) -> bytes:
    async with asyncio.timeout(10):
        return await anext(source)


def test_a_viewer_gets_each_change_and_then_waits() -> None:
    played = Played().until(20)

    async def view() -> None:
        viewer = Streams(played.feed).events(20)
        waiting = asyncio.ensure_future(following(viewer))
        await asyncio.sleep(0.05)
        assert not waiting.done()
        await asyncio.to_thread(played.until)
        kind, size, data = parsed(await waiting)
        assert (kind, size) == ("change", len(played.entries))
        assert data == played.feed.since(20)
        await viewer.aclose()  # type: ignore[attr-defined]

    asyncio.run(view())


def test_who_comes_back_gets_what_it_missed_and_who_is_too_late_starts_anew() -> None:
    played = Played().until(6)
    list(played.each())

    async def view() -> None:
        shared = Streams(played.feed)
        kind, size, data = parsed(await following(shared.events(30)))
        assert (kind, size) == ("change", played.feed.size)
        assert data == played.feed.since(30)
        assert parsed(await following(shared.events(2)))[:2] == ("reload", played.feed.size)
        assert parsed(await following(shared.events(10**9)))[:2] == ("reload", played.feed.size)

    asyncio.run(view())


def test_all_who_stand_at_one_size_share_the_same_bytes() -> None:
    played = Played().until(20)

    async def view() -> None:
        shared = Streams(played.feed)
        viewers = [shared.events(20) for _ in range(50)]
        waiting = [asyncio.ensure_future(following(viewer)) for viewer in viewers]
        await asyncio.sleep(0.05)
        await asyncio.to_thread(played.until)
        texts = await asyncio.gather(*waiting)
        assert len({id(text) for text in texts}) == 1

    asyncio.run(view())


def test_a_quiet_county_still_says_that_it_is_there() -> None:
    played = Played().until()

    async def view() -> None:
        assert await following(Streams(played.feed).events(played.feed.size)) == b": \n\n"

    before, streams.QUIET = streams.QUIET, 0.05
    try:
        asyncio.run(view())
    finally:
        streams.QUIET = before


def test_a_loop_that_has_ended_does_not_hurt_the_publisher() -> None:
    played = Played().until(20)

    async def view() -> None:
        source = Streams(played.feed).events(19)
        assert parsed(await following(source))[1] == 20

    asyncio.run(view())
    played.until()
    assert played.feed.size == len(played.entries)
