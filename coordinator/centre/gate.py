"""The gate in front of every endpoint: policy, session, CSRF, rate and size, before a handler sees anything (ADR 8).

It is an ASGI application around FastAPI's. A handler finds who asks in `request.state.who`; it cannot be reached in any
other way, and a handler that somebody adds without a policy stops the start (`check_policies`).
"""

import asyncio
import hmac
import json
import logging
import time
from collections import OrderedDict
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from fastapi import FastAPI
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.routing import BaseRoute, Match, Route
from starlette.types import Message, Receive, Scope, Send

from coordinator.access.bucket import Bucket
from coordinator.centre.office import Office
from coordinator.centre.policies import POLICIES, RATES, Policy
from coordinator.centre.refusals import Refused, forbidden, missing, slow
from coordinator.centre.sessions import Known
from coordinator.settings import CountyError

LOG = logging.getLogger("changpiao.centre")
COOKIE = "centre"
CSRF = b"x-centre-csrf"
# set by the page where it asks by itself: a desk that nobody sits at must time out
QUIET = b"x-centre-quiet"
BODY_SECONDS = 20.0
BUCKETS = 20_000
HEADERS = (
    # data: for the picture of a second factor, which must not have an address
    (
        b"content-security-policy",
        b"default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=()"),
)


class Limits:
    """A bucket for each who asks and each kind of asking; the longest unused are forgotten."""

    def __init__(self) -> None:
        """Everybody may begin."""
        self._buckets: OrderedDict[tuple[str, str], Bucket] = OrderedDict()

    def take(self, kind: str, who: str) -> None:
        """Refused 429 for who asks too often."""
        rate, burst = RATES[kind]
        now = time.monotonic()
        key = kind, who
        bucket = self._buckets.pop(key, None) or Bucket(rate, burst, now)
        self._buckets[key] = bucket
        if len(self._buckets) > BUCKETS:
            self._buckets.popitem(last=False)
        if bucket.take(1, now, 0.0) is None:
            raise slow(max(1, int(1 / rate)))


class Gate:
    """ASGI application around the endpoints."""

    def __init__(self, app: FastAPI, office: Office) -> None:
        """`app` has all its routes."""
        self._app = app
        self._office = office
        self._limits = Limits()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request; anything but HTTP is not ours."""
        if scope["type"] != "http":
            return
        answered = Answered(send)
        try:
            inner = await self._admit(scope, receive)
            await self._app(scope, inner, answered.send)
        except Refused as no:
            await answered.refuse(no)
        except CountyError as error:
            # the journal is not what was signed, or the database is away: said, and nothing else is done
            LOG.error("the centre refuses", extra={"error": error.en.split(";")[0], "code": error.code})
            await answered.refuse(Refused(503, error.zh, error.en))
        except SQLAlchemyError as error:
            LOG.error("the centre cannot reach its database", extra={"error": type(error).__name__})
            await answered.refuse(Refused(503, "数据库暂时连不上，请稍后重试", "the database is away; try again soon"))
        except Exception as error:
            # a person gets a sentence, the log the class and the place, nobody the contents
            LOG.error("an endpoint failed", extra={"error": type(error).__name__}, exc_info=error)
            fault = Refused(500, "程序出错，已记入日志；请重试或告知管理员", "the program failed; it is in the log")
            await answered.refuse(fault)

    async def _admit(self, scope: Scope, receive: Receive) -> Receive:
        name, parameters = _endpoint(self._app.routes, scope)
        policy = POLICIES[name]
        request = Request(scope)
        address = _address(request, proxied=self._office.proxied)
        if policy.rate in ("page", "login"):
            self._limits.take(policy.rate, address)
        if scope["method"] not in ("GET", "HEAD"):
            _check_origin(request)
        who = Known(address=address)
        if policy.roles != frozenset() and name.split(" ")[1].startswith("/api/"):
            token = request.cookies.get(COOKIE, "")
            who = await run_in_threadpool(self._office.who, token, address, touch=QUIET not in dict(scope["headers"]))
        _check_policy(policy, who, parameters, dict(scope["headers"]).get(CSRF, b"").decode("latin-1"))
        if policy.rate not in ("page", "login"):
            self._limits.take(policy.rate, who.token.hex() or address)
        scope.setdefault("state", {})["who"] = who
        if scope["method"] in ("GET", "HEAD"):
            return receive
        return await whole_body(request, receive, policy.most)


def endpoint_names(routes: Iterable[BaseRoute]) -> list[str]:
    """`GET /path` of every route; HEAD is GET's."""
    found = []
    for route in routes:
        methods = getattr(route, "methods", None) or {"?"}
        found += [f"{method} {getattr(route, 'path', '?')}" for method in sorted(set(methods) - {"HEAD"})]
    return found


def _endpoint(routes: Iterable[BaseRoute], scope: Scope) -> tuple[str, dict[str, Any]]:
    asked = "GET" if scope["method"] == "HEAD" else scope["method"]
    other = False
    for route in routes:
        match, child = route.matches(scope)
        if match is Match.FULL and isinstance(route, Route):
            return f"{asked} {route.path}", dict(child.get("path_params", {}))
        other = other or match is Match.PARTIAL
    if other:
        raise Refused(405, "此地址不支持这种请求", "this address does not take such a request")
    raise missing("没有这个页面", "there is no such page")


def _address(request: Request, *, proxied: bool) -> str:
    """Whom limits are for; behind our own proxy the last hop that it names, which nobody before it can forge."""
    told = request.headers.get("x-forwarded-for", "") if proxied else ""
    found = told.rpartition(",")[2].strip()
    return found[:64] or (request.client.host if request.client else "")


def _check_origin(request: Request) -> None:
    """A change comes from our own page: JSON, and no other origin than ours."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip()
    if kind != "application/json":
        raise Refused(415, "只接收 JSON", "only JSON is taken")
    origin, site = request.headers.get("origin"), request.headers.get("sec-fetch-site")
    if (origin and urlsplit(origin).netloc != request.headers.get("host", "")) or site not in (None, "same-origin"):
        raise Refused(403, "请求来自别的网站，已拒绝", "the request comes from another site; refused", "origin")


def _check_policy(policy: Policy, who: Known, parameters: dict[str, Any], csrf: str) -> None:
    if who.role not in policy.roles:
        if not who.role:
            raise Refused(401, "请先登录", "log in first", "login")
        raise forbidden()
    if who.first and not policy.first:
        raise Refused(403, "请先更改初始口令", "change the first password before anything else", "first")
    if policy.writes and not (who.csrf and _same(csrf, who.csrf)):
        raise Refused(403, "页面已过期，请刷新后重试", "the page is out of date; reload it and try again", "csrf")
    if policy.own and not who.sees(parameters["unit"]):
        raise forbidden()


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode(), expected.encode())


async def whole_body(request: Request, receive: Receive, most: int) -> Receive:
    """The body within its bounds of size and time, read before a handler is asked."""
    told = request.headers.get("content-length", "0")
    if not (told.isascii() and told.isdigit()) or int(told) > most:
        raise _too_long(most)
    body = b""
    try:
        async with asyncio.timeout(BODY_SECONDS):
            more = True
            while more:
                message = await receive()
                if message["type"] != "http.request":
                    raise Refused(400, "连接已断开", "the connection is gone")
                body += message.get("body", b"")
                more = message.get("more_body", False)
                if len(body) > most:
                    raise _too_long(most)
    except TimeoutError:
        raise Refused(408, "上传太慢，已中断", "the upload took too long") from None
    left = [body]

    async def again() -> Message:
        if left:
            return {"type": "http.request", "body": left.pop(), "more_body": False}
        return await receive()

    return again


def _too_long(most: int) -> Refused:
    return Refused(413, f"内容过长，应不超过 {most // 1024} KiB", f"too long; expected at most {most // 1024} KiB")


class Answered:
    """Puts our headers on every answer, and knows whether one has begun."""

    def __init__(self, send: Send) -> None:
        """Around the server's own."""
        self._send = send
        self._begun = False

    async def send(self, message: Message) -> None:
        """As the server's."""
        if message["type"] == "http.response.start":
            self._begun = True
            names = {name for name, _ in message.get("headers", ())}
            more = [*HEADERS] + ([] if b"cache-control" in names else [(b"cache-control", b"no-store")])
            message = {**message, "headers": [*message.get("headers", ()), *more]}
        await self._send(message)

    async def refuse(self, no: Refused) -> None:
        """Say no, if nothing was said yet."""
        if self._begun:
            return
        body = json.dumps(no.body(), ensure_ascii=False).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        if no.status == 429:
            headers.append((b"retry-after", b"5"))
        await self.send({"type": "http.response.start", "status": no.status, "headers": headers})
        await self.send({"type": "http.response.body", "body": body})
