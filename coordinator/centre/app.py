"""The application: every endpoint, checked against the table of policies, behind the gate."""

import logging
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import JSONResponse

from coordinator.board.files import SHARED, read_static
from coordinator.centre import cases, deciding, entering, printing, scheduling, staffing, telling, watching
from coordinator.centre.field_words import words_of
from coordinator.centre.gate import Gate, endpoint_names
from coordinator.centre.office import Office
from coordinator.centre.policies import check_policies
from coordinator.centre.printing import Printer
from coordinator.centre.refusals import Refused, missing
from coordinator.settings import CountyError

LOG = logging.getLogger("changpiao.centre")
STATIC = Path(__file__).with_name("static")
TEXTS = Path(__file__).with_name("texts")
KINDS = {
    ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".json": "application/json",
    ".svg": "image/svg+xml",
}  # fmt: skip


class Pages:
    """Our own files, read once at start: nothing is looked up by a name from outside."""

    def __init__(self, first: str = "index.html") -> None:
        """Read them; `first` is the page of `/`."""
        self._first = first
        self._static = {name: read_static(name)[0] for name in SHARED}
        self._static |= {path.name: path.read_bytes() for path in STATIC.iterdir() if path.suffix in KINDS}
        self._texts = {path.name: path.read_bytes() for path in TEXTS.glob("*.json")}
        # the words for states and outcomes are the public page's own
        self._texts |= {f"board-{name}.json": read_static(f"texts/{name}.json")[0] for name in ("zh", "en")}

    def index(self) -> Response:
        """The page."""
        return self._answer(self._static, self._first)

    def static(self, name: str) -> Response:
        """A module or a sheet of style."""
        return self._answer(self._static, name)

    def texts(self, name: str) -> Response:
        """The words of a language."""
        return self._answer(self._texts, name)

    def _answer(self, files: dict[str, bytes], name: str) -> Response:
        if name not in files:
            raise missing("没有这个文件", "there is no such file")
        kind = KINDS[Path(name).suffix]
        return Response(files[name], media_type=kind, headers={"Cache-Control": "no-cache"})


def make_api(office: Office, printer: Printer | None = None) -> FastAPI:
    """FastAPI's application, without the gate: for its OpenAPI and for tests of the policies."""
    app = FastAPI(title="Changpiao centre", docs_url=None, redoc_url=None, openapi_url=None)
    pages = Pages()
    app.add_api_route("/", pages.index, methods=["GET"], include_in_schema=False)
    app.add_api_route("/static/{name}", pages.static, methods=["GET"], include_in_schema=False)
    app.add_api_route("/texts/{name}", pages.texts, methods=["GET"], include_in_schema=False)
    for room in (entering, watching, cases, deciding, scheduling, staffing, telling):
        room.add_to(app, office)
    printing.add_to(app, office, printer or Printer())
    say_in_words(app)
    check_policies(endpoint_names(app.routes))
    return app


def make_app(office: Office, printer: Printer | None = None) -> Gate:
    """The ASGI application; CountyError if an endpoint has no policy."""
    return Gate(make_api(office, printer), office)


def say_in_words(app: FastAPI, status: int = 503) -> None:
    """Whatever a handler raises is a sentence in both languages; `status` for what a person has to repair."""

    async def county(_: Request, error: Exception) -> Response:
        assert isinstance(error, CountyError)  # noqa: S101 - as it was registered
        LOG.error("an endpoint refuses", extra={"error": error.en.split(";")[0], "code": error.code})
        return JSONResponse(Refused(status, error.zh, error.en).body(), status)

    app.add_exception_handler(RequestValidationError, not_valid)
    app.add_exception_handler(Refused, refused)
    app.add_exception_handler(CountyError, county)
    app.add_exception_handler(SQLAlchemyError, _away)
    app.add_exception_handler(Exception, _failed)


async def _away(_: Request, error: Exception) -> Response:
    LOG.error("the centre cannot reach its database", extra={"error": type(error).__name__})
    no = Refused(503, "数据库暂时连不上，请稍后重试", "the database is away; try again soon")
    return JSONResponse(no.body(), 503)


async def _failed(_: Request, _error: Exception) -> Response:
    """The gate has the trace, the log the class, nobody the contents."""
    no = Refused(500, "程序出错，已记入日志；请重试或告知管理员", "the program failed; it is in the log")
    return JSONResponse(no.body(), 500)


async def refused(_: Request, error: Exception) -> Response:
    """What a handler refuses, as the gate would say it."""
    assert isinstance(error, Refused)  # noqa: S101 - as it was registered
    return JSONResponse(error.body(), error.status)


async def not_valid(_: Request, error: Exception) -> Response:
    """Which field, and what was expected; what was sent is not repeated."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 - as it was registered
    fields: list[dict[str, Any]] = []
    for one in error.errors():
        zh, en = words_of(one)
        field = ".".join(str(part) for part in one["loc"][1:]) or str(one["loc"][0])
        fields.append({"field": field, "zh": zh, "en": en})
    first = fields[0]
    no = Refused(422, f"{first['field']}：{first['zh']}", f"{first['field']}: {first['en']}", "field")
    return JSONResponse(no.body() | {"fields": fields}, 422)
