"""The web server of the live page: static files, one snapshot, one stream. Read only, no scripts from elsewhere."""

import asyncio
import json
import shutil
import socket
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from coordinator.board.feed import Feed

STATIC = Path(__file__).parent / "static"
KINDS = {".html": "text/html", ".js": "text/javascript", ".css": "text/css"}
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


def make_app(feed: Feed) -> Starlette:
    """The routes."""

    def page(name: str) -> Callable[[Request], Awaitable[Response]]:
        body, kind = (STATIC / name).read_bytes(), KINDS[Path(name).suffix]

        async def answer(_: Request) -> Response:
            return Response(body, media_type=kind, headers=HEADERS)

        return answer

    async def snapshot(_: Request) -> Response:
        body = json.dumps(feed.snapshot(), ensure_ascii=False).encode()
        return Response(body, media_type="application/json", headers=HEADERS)

    async def events(request: Request) -> Response:
        given = request.headers.get("last-event-id", "")
        last = int(given) if given.isascii() and given.isdigit() and len(given) < 16 else None
        return StreamingResponse(feed.events(last), media_type="text/event-stream", headers=HEADERS)

    return Starlette(
        routes=[
            Route("/", page("index.html")),
            Route("/board.js", page("board.js")),
            Route("/board.css", page("board.css")),
            Route("/snapshot.json", snapshot),
            Route("/events", events),
        ]
    )


def export(feed: Feed, folder: Path) -> None:
    """The same page with the numbers of this moment, for any file server. Not part of the public record."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("index.html", "board.js", "board.css"):
        shutil.copyfile(STATIC / name, folder / name)
    temporary = folder / "snapshot.json.tmp"
    temporary.write_text(json.dumps(feed.snapshot(), ensure_ascii=False), "utf-8")
    temporary.replace(folder / "snapshot.json")


class BoardServer:
    """Runs the page in a thread of its own, apart from the intake."""

    def __init__(self, host: str, port: int, feed: Feed) -> None:
        """Bind at once, so that a taken port is found at start."""
        self._socket = socket.create_server((host, port))
        config = uvicorn.Config(
            make_app(feed),
            log_level="warning",
            access_log=False,
            ws="none",
            lifespan="off",
            timeout_graceful_shutdown=1,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._run, name="board", daemon=True)

    @property
    def port(self) -> int:
        """The port that was bound."""
        return int(self._socket.getsockname()[1])

    def _run(self) -> None:
        asyncio.run(self._server.serve(sockets=[self._socket]))

    def start(self) -> None:
        """Begin to serve."""
        self._thread.start()

    def stop(self) -> None:
        """End; open streams are cut."""
        self._server.should_exit = True
        self._thread.join(5)
        self._socket.close()
