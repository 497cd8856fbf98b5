"""The assistant's page: endpoints over `assisting`, for one person on this machine who holds the word of the link.

It listens on 127.0.0.1 alone; every question but the page's own files carries the word that the command printed, so
that no other page in the browser and no other user of the machine can ask.
"""

import contextlib
import hmac
import secrets
from typing import Annotated, Any, Literal

from fastapi import FastAPI, Form, Response, UploadFile
from pydantic import Field
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from coordinator.centre.app import Pages, say_in_words
from coordinator.centre.asking import Asked, Day, Ident, SheetDigest, Title
from coordinator.centre.assisting import Assistant
from coordinator.centre.gate import Answered, whole_body
from coordinator.centre.refusals import Refused, missing
from coordinator.centre.signoffs import SignOff

Json = dict[str, Any]
WORD = "x-assistant"
MOST = 32 * 1024 * 1024
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Election(Asked):
    """What election.toml says."""

    id: Ident
    title: Title
    date: Day
    test: bool
    origin: Annotated[str, Field(pattern=r"^[!-*,-~]{1,255}$")]
    # shipped, or a file that the folder names already
    profiles: list[Title] = Field(min_length=1, max_length=16)


class Laptop(Asked):
    """A laptop."""

    node: Ident


class Groups(Asked):
    """Six groups as the laptop's screen shows them."""

    node: Ident
    groups: Annotated[str, Field(max_length=100)]


class Signed(Asked):
    """A signed proof sheet."""

    unit: Ident
    what: Literal["candidates", "layout"]
    digest: SheetDigest
    signed_by: Title
    day: Day


class Seal(Asked):
    """Two persons seal; `address` is where laptops connect."""

    address: Annotated[str, Field(pattern=r"^[A-Za-z0-9.:\[\]_-]{1,255}:[0-9]{1,5}$")]
    operator: Ident
    authority: Ident
    operator_agrees: Literal[True]
    authority_agrees: Literal[True]


class First(Asked):
    """Whose first password is to be shown."""

    person: Ident


class AssistantPage:
    """The endpoints."""

    def __init__(self, assistant: Assistant) -> None:
        """Over these steps."""
        self._assistant = assistant

    def state(self) -> Json:
        """How far it is."""
        return self._assistant.state()

    def election(self, asked: Election) -> Json:
        """Step 1."""
        return self._assistant.set_election(asked.model_dump())

    def template(self) -> Response:
        """Step 2: the workbook."""
        headers = {"content-disposition": 'attachment; filename="changpiao.xlsx"'}
        return Response(self._assistant.template(), media_type=EXCEL, headers=headers)

    def workbooks(self, files: list[UploadFile], replace: Annotated[bool, Form()] = False) -> Json:
        """Step 2: the workbooks that came back."""
        read = [(one.filename or "?", one.file.read()) for one in files]
        return self._assistant.workbooks(read, replace=replace)

    def code(self, asked: Laptop) -> Json:
        """Step 3: a code."""
        return self._assistant.print_code(asked.node)

    def enrolments(self, files: list[UploadFile]) -> Json:
        """Step 3: requests."""
        return self._assistant.enrolments([(one.filename or "?", one.file.read()) for one in files])

    def confirm(self, asked: Groups) -> Json:
        """Step 3: the telephone call."""
        return self._assistant.confirm(asked.node, asked.groups)

    def sheet(self, unit: Ident) -> Response:
        """Step 4: the sheet to sign."""
        from coordinator.forms.press import Press  # noqa: PLC0415 - typst takes a moment to load

        with contextlib.closing(Press()) as press:
            made = press.prove(self._assistant.folder, unit)
        headers = {"content-disposition": f'attachment; filename="proof-{unit}.pdf"', "x-form-sha256": made.sha256}
        return Response(made.data, media_type="application/pdf", headers=headers)

    def sign(self, asked: Signed) -> Json:
        """Step 4: it came back signed."""
        return self._assistant.sign(SignOff(asked.unit, asked.what, asked.digest, asked.signed_by, asked.day))

    def check(self) -> Json:
        """Step 5: everything that stands against it, and how many villages have not signed, which does not."""
        return {"problems": self._assistant.check(), "unsigned": self._assistant.unsigned()}

    def seal(self, asked: Seal) -> Json:
        """Step 5."""
        if asked.operator == asked.authority:
            raise Refused(422, "须由两人封存：两个账号不能相同", "two persons seal: expected two different accounts")
        return self._assistant.seal(asked.address, (asked.operator, asked.authority))

    def first(self, asked: First) -> Json:
        """After step 5: one person's first password, once."""
        return self._assistant.first_password(asked.person)


def make_assistant(assistant: Assistant) -> FastAPI:
    """The application without its guard."""
    app = FastAPI(title="Changpiao sealing assistant", docs_url=None, redoc_url=None, openapi_url=None)
    pages, page = Pages("assistant.html"), AssistantPage(assistant)
    app.add_api_route("/", pages.index, methods=["GET"], include_in_schema=False)
    app.add_api_route("/static/{name}", pages.static, methods=["GET"], include_in_schema=False)
    app.add_api_route("/texts/{name}", pages.texts, methods=["GET"], include_in_schema=False)
    app.add_api_route("/api/state", page.state, methods=["GET"])
    app.add_api_route("/api/election", page.election, methods=["POST"])
    app.add_api_route("/api/template", page.template, methods=["GET"], response_class=Response)
    app.add_api_route("/api/workbooks", page.workbooks, methods=["POST"])
    app.add_api_route("/api/code", page.code, methods=["POST"])
    app.add_api_route("/api/enrolments", page.enrolments, methods=["POST"])
    app.add_api_route("/api/confirm", page.confirm, methods=["POST"])
    app.add_api_route("/api/sheets/{unit}", page.sheet, methods=["GET"], response_class=Response)
    app.add_api_route("/api/sign", page.sign, methods=["POST"])
    app.add_api_route("/api/check", page.check, methods=["GET"])
    app.add_api_route("/api/seal", page.seal, methods=["POST"])
    app.add_api_route("/api/first", page.first, methods=["POST"])
    say_in_words(app, 409)
    return app


class Guarded:
    """ASGI application: the page for anybody on this machine, everything else for who has the word."""

    def __init__(self, app: FastAPI) -> None:
        """A new word at every start."""
        self._app = app
        self.word = secrets.token_urlsafe(24)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            return
        answered = Answered(send)
        try:
            request = Request(scope)
            if scope["path"].startswith("/api/") and not self._knows(request):
                raise missing("没有这个页面", "there is no such page")
            inner = receive if scope["method"] == "GET" else await whole_body(request, receive, MOST)
            await self._app(scope, inner, answered.send)
        except Refused as no:
            await answered.refuse(no)

    def _knows(self, request: Request) -> bool:
        return hmac.compare_digest(request.headers.get(WORD, "").encode(), self.word.encode())
