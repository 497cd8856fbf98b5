"""The web server of the public page: static files, JSON, one stream. Read only, no login, nothing from elsewhere."""

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from coordinator.board.checking import NOWHERE, Outside, qr_svg
from coordinator.board.feed import Feed, encoded
from coordinator.board.files import HEADERS, NAMES, read_static
from coordinator.board.streams import Streams
from coordinator.webserver import WebServer

JSON = "application/json"
SMALL = 2048
# pages of units made at once: whoever asks for all of them must not keep the count from its processor
AT_ONCE = 2
# viewers at once; who comes later is told to try again. Thousands are served from files (docs/board.md)
MOST_VIEWERS = 2000
Answer = Callable[[Request], Awaitable[Response]]
RAW_HEADERS = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]


@dataclass(frozen=True, slots=True)
class Shown:
    """Where the page is seen from, and the published folder if this process has it (served under `/record/`)."""

    outside: Outside = NOWHERE
    record: Path | None = None

    def seen_by(self, request: Request) -> Outside:
        """The addresses for whoever asks."""
        return self.outside.seen_by(request.headers.get("host", ""), has_record=self.record is not None)


def make_app(feed: Feed, shown: Shown | None = None) -> Starlette:
    """The routes."""
    at = shown or Shown()
    answers = Answers(feed, at)
    routes: list[Route | Mount] = [
        Route("/", answers.static("index.html")),
        *(Route(f"/{name}", answers.static(name)) for name in NAMES),
        Route("/plan.json", answers.made(feed.plan_bytes, "plan")),
        Route("/now.json", answers.made(feed.now_bytes, "now")),
        Route("/recent.json", answers.made(feed.recent_bytes, "recent")),
        Route("/outside.json", answers.outside),
        Route("/units/{unit}.records.json", answers.records),
        Route("/units/{unit}.json", answers.village),
        Route("/qr/{unit}.svg", answers.qr),
        Route("/events", EventStream(feed)),
    ]
    if at.record is not None:
        routes.append(Mount("/record", RecordFiles(directory=at.record, check_dir=False)))
    return Starlette(routes=routes)


class RecordFiles(StaticFiles):
    """The published folder as it lies there, for the verifier and for whoever mirrors it."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """A file, with the headers of the page."""
        answer = await super().get_response(path, scope)
        answer.headers.update(HEADERS)
        return answer


class Answers:
    """One method a kind of file; what is large travels compressed, what has not changed is not sent again."""

    def __init__(self, feed: Feed, shown: Shown) -> None:
        """Reads from `feed` alone."""
        self._feed = feed
        self._shown = shown
        self._making = asyncio.Semaphore(AT_ONCE)

    def static(self, name: str) -> Answer:
        """A file of the page."""
        body, kind = read_static(name)

        async def answer(request: Request) -> Response:
            return self._send(request, f"file/{name}", body, kind)

        return answer

    def made(self, make: Callable[[], bytes], name: str) -> Answer:
        """A JSON file of the whole county."""

        async def answer(request: Request) -> Response:
            return self._send(request, name, make(), JSON)

        return answer

    async def outside(self, request: Request) -> Response:
        """Where record and page are found."""
        return self._send(request, "", encoded(self._shown.seen_by(request).to_json()), JSON)

    async def village(self, request: Request) -> Response:
        """A unit's page."""
        return self._of_unit(request, await self._aside(self._feed.village_bytes, request))

    async def records(self, request: Request) -> Response:
        """A unit's records."""
        return self._of_unit(request, await self._aside(self._feed.records_bytes, request))

    async def qr(self, request: Request) -> Response:
        """The code that leads to a unit's page."""

        def make(unit: str) -> bytes | None:
            known = self._feed.unit(unit) is not None
            return (qr_svg(unit, self._shown.seen_by(request)) or None) if known else None

        return self._of_unit(request, await self._aside(make, request), "image/svg+xml")

    async def _aside(self, make: Callable[[str], bytes | None], request: Request) -> bytes | None:
        """What takes a moment, in one of a few threads."""
        async with self._making:
            return await asyncio.to_thread(make, request.path_params["unit"])

    def _of_unit(self, request: Request, body: bytes | None, kind: str = JSON) -> Response:
        if body is None:
            return Response(b"", status_code=404, headers=dict(HEADERS))
        return self._send(request, "", body, kind)

    def _send(self, request: Request, name: str, body: bytes, kind: str) -> Response:
        headers = dict(HEADERS) | {"Vary": "Accept-Encoding"}
        if name and len(body) > SMALL and "gzip" in request.headers.get("accept-encoding", ""):
            body = self._feed.zipped(name, body)
            headers["Content-Encoding"] = "gzip"
        return Response(body, media_type=kind, headers=headers)


class EventStream:
    """`/events` as a plain ASGI application: five hundred viewers cost five hundred writes a change, not more."""

    def __init__(self, feed: Feed) -> None:
        """Every loop that serves it has its own viewers."""
        self._feed = feed
        self._streams = Streams(feed)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send until the viewer goes."""
        request = Request(scope)
        head = [*RAW_HEADERS, (b"content-type", b"text/event-stream; charset=utf-8")]
        await send({"type": "http.response.start", "status": 200, "headers": head})
        sending = asyncio.ensure_future(self._run(_position(request, self._feed.size), send))
        try:
            while (await receive())["type"] != "http.disconnect":
                continue
        finally:
            sending.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await sending

    async def _run(self, last: int, send: Send) -> None:
        await send({"type": "http.response.body", "body": b"retry: 1000\n\n", "more_body": True})
        async for text in self._streams.events(last):
            await send({"type": "http.response.body", "body": text, "more_body": True})


def _position(request: Request, now: int) -> int:
    """The log size that the viewer has: `Last-Event-ID` when it comes back, else `?from=`, else what stands now."""
    for given in (request.headers.get("last-event-id", ""), request.query_params.get("from", "")):
        if given.isascii() and given.isdigit() and len(given) < 16:
            return int(given)
    return now


class BoardServer(WebServer):
    """Runs the page in a thread of its own, apart from the intake."""

    def __init__(self, host: str, port: int, feed: Feed, shown: Shown | None = None) -> None:
        """Bind at once, so that a taken port is found at start."""
        config = uvicorn.Config(
            make_app(feed, shown),
            log_level="warning",
            access_log=False,
            ws="none",
            lifespan="off",
            timeout_graceful_shutdown=1,
            limit_concurrency=MOST_VIEWERS,
        )
        super().__init__("board", socket.create_server((host, port), backlog=1024), config)
