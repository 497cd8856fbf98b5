"""Every endpoint x every role, and nothing starts without a policy.

The table is written by hand, not made from the policies: it is what the county was promised (docs/centre.md).
o operator, g guide of v1, s supervisor, a authority, w a screen, - nobody; a capital: also in a village of others.
"""

import itertools
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from coordinator.centre.app import make_api
from coordinator.centre.gate import endpoint_names
from coordinator.centre.people import AUTHORITY, GUIDE, OPERATOR, SUPERVISOR
from coordinator.centre.policies import POLICIES, Policy, check_policies
from coordinator.settings import CountyError
from tests.centre.desk import Browser, Desk, new_desk

TABLE: Mapping[str, str] = {
    "GET /": "ogsaw-", "GET /static/{name}": "ogsaw-", "GET /texts/{name}": "ogsaw-",
    "POST /api/login": "ogsaw-", "POST /api/screen": "ogsaw-", "GET /api/me": "ogsaw-",
    "POST /api/logout": "ogsaw", "POST /api/password": "ogsa", "POST /api/totp": "ogsa",
    "POST /api/totp/confirm": "ogsa",
    "GET /api/now": "ogsaw", "GET /api/units/{unit}": "OgSA",
    "GET /api/incidents": "ogsa", "POST /api/incidents": "o", "POST /api/units/{unit}/incidents": "Og",
    "POST /api/incidents/{incident}/acknowledge": "o", "POST /api/incidents/{incident}/note": "og",
    "POST /api/incidents/{incident}/level": "o", "POST /api/incidents/{incident}/close": "o",
    "GET /api/complaints": "osa", "POST /api/complaints": "o", "POST /api/complaints/{complaint}/answer": "o",
    "POST /api/complaints/{complaint}/close": "o",
    "GET /api/objections": "osa", "POST /api/objections": "o",
    "GET /api/keeping": "osa",
    "GET /api/proposals": "osa", "POST /api/proposals": "oa", "POST /api/proposals/{proposal}/confirm": "oa",
    "POST /api/proposals/{proposal}/reject": "oa", "POST /api/proposals/{proposal}/take-back": "oa",
    "GET /api/units/{unit}/candidates/{candidate}/without": "OSA",
    "GET /api/plan": "ogsa", "POST /api/plan": "o", "POST /api/order": "o", "POST /api/units/{unit}/check": "Og",
    "POST /api/units/{unit}/observers": "Og", "POST /api/units/{unit}/proof": "Og", "POST /api/units/{unit}/key": "O",
    "GET /api/forms": "ogsa", "POST /api/forms": "o", "POST /api/units/{unit}/forms": "Og",
    "GET /api/people": "osa", "POST /api/people": "o", "POST /api/people/{person}/units": "o",
    "POST /api/people/{person}/end": "o", "POST /api/people/{person}/password": "o",
    "GET /api/screens": "osa", "POST /api/screens": "o", "POST /api/screens/{screen}/revoke": "o",
    "GET /api/acts": "osa", "GET /api/reports/daily": "osa", "GET /api/reports/summary": "osa",
}  # fmt: skip
WHO = {"o": "op", "g": "gu", "s": "su", "a": "au", "w": "screen", "-": ""}
NO_SESSION, NO = 401, 403
ADDRESSES = itertools.count()


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One office for the whole table: what is asked is refused or is not valid, so little happens."""
    made = new_desk(tmp_path_factory.mktemp("office"))
    yield made
    made.close()


@pytest.fixture
def table(office: Desk, letter: str) -> Browser:
    """A browser of a role, logged in."""
    # another address each time, so that the limits of one row are not the next one's
    address = f"10.1.{next(ADDRESSES)}.1"
    if letter == "w":
        link = office.browser("op", address).post("/api/screens", name="x")["link"]
        screen = Browser(office.gate, address)
        assert screen.ask("POST", "/api/screen", {"link": link}).status_code == 200
        screen.csrf = screen.get("/api/me")["csrf"]
        return screen
    return office.browser(WHO[letter], address)


def fill(name: str, unit: str) -> tuple[str, str]:
    method, path = name.split(" ")
    for word, value in {
        "unit": unit, "incident": "I-9999", "complaint": "C-9999", "proposal": "P-9999", "person": "nobody",
        "screen": "S-9999", "candidate": "zz", "name": "index.html",
    }.items():  # fmt: skip
        path = path.replace("{" + word + "}", value)
    return method, path


def test_the_table_is_complete(plain: Desk) -> None:
    assert TABLE.keys() == POLICIES.keys() == set(endpoint_names(make_api(plain.office).routes))


@pytest.mark.parametrize("letter", list(WHO))
@pytest.mark.parametrize("unit", ["v1", "v2"])
def test_every_endpoint_takes_exactly_the_roles_of_the_table(
    office: Desk, table: Browser, letter: str, unit: str
) -> None:
    wrong = []
    for name, roles in TABLE.items():
        own = "{unit}" in name
        may = letter.upper() in roles or (letter in roles and (not own or unit == "v1"))
        if name == "POST /api/logout":
            continue
        method, path = fill(name, unit)
        answer = table.ask(method, path, {} if method == "POST" else None)
        refused = answer.status_code in (NO_SESSION, NO) and _by_policy(answer.json()["error"])
        if refused == may:
            wrong.append(f"{letter} {name} {unit}: {answer.status_code} {answer.text[:80]}")
    assert wrong == []
    assert office.journal.healthy


def _by_policy(error: Mapping[str, Any]) -> bool:
    """The gate's own no, not that of a handler (a wrong password is one)."""
    return error["word"] in ("", "login") and ("角色" in error["zh"] or error["word"] == "login")


@pytest.mark.parametrize("letter", ["o", "g", "s", "a", "w"])
def test_logout(table: Browser) -> None:
    table.post("/api/logout")
    assert table.ask("GET", "/api/now").status_code == NO_SESSION


def test_an_endpoint_without_a_policy_stops_the_start(plain: Desk) -> None:
    app = make_api(plain.office)
    app.add_api_route("/api/forgotten", lambda: None, methods=["POST"])
    with pytest.raises(CountyError, match="POST /api/forgotten: expected a policy"):
        check_policies(endpoint_names(app.routes))
    with pytest.raises(CountyError, match="没有权限规定"):
        check_policies(endpoint_names(FastAPI().routes))


@pytest.mark.parametrize(
    ("name", "policy"),
    [
        ("GET /api/now", Policy(roles=frozenset({OPERATOR}), writes=True)),
        ("POST /api/incidents", Policy(roles=frozenset({OPERATOR}))),
        ("POST /api/incidents", Policy(roles=frozenset({OPERATOR}), writes=True, own=True)),
        ("GET /api/now", Policy(roles=frozenset({OPERATOR}), rate="never heard of")),
    ],
)
def test_a_policy_that_contradicts_its_address_stops_the_start(name: str, policy: Policy) -> None:
    with pytest.raises(CountyError):
        check_policies(POLICIES.keys(), {**POLICIES, name: policy})


def test_who_is_gone_is_nobody_at_once(plain: Desk) -> None:
    operator, guide = plain.browser("op"), plain.browser("gu")
    operator.post("/api/people/gu/end", text="调离")
    assert guide.ask("GET", "/api/now").status_code == NO_SESSION
    assert Browser(plain.gate).login("gu").status_code == NO_SESSION


def test_other_units_take_effect_at_once(plain: Desk) -> None:
    operator, guide = plain.browser("op"), plain.browser("gu")
    assert [unit["unit"] for unit in guide.get("/api/now")["units"]] == ["v1"]
    operator.post("/api/people/gu/units", units=["v2"])
    assert [unit["unit"] for unit in guide.get("/api/now")["units"]] == ["v2"]
    assert guide.ask("GET", "/api/units/v1").status_code == NO


def test_the_page_itself_has_no_way_out_of_its_folders(plain: Desk) -> None:
    browser = Browser(plain.gate)
    ways = ("/static/..%2Fapp.py", "/static/../app.py", "/texts/..%2f..%2fapp.py", "/static/app.py", "/openapi.json")
    for path in ways:
        assert browser.ask("GET", path).status_code == 404, path
    answer = browser.ask("GET", "/")
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert browser.ask("PUT", "/api/incidents", {}).status_code == 405
    assert browser.ask("GET", "/api/nothing").status_code == 404


def test_the_roles_of_the_table_are_all_roles() -> None:
    assert {OPERATOR, GUIDE, SUPERVISOR, AUTHORITY} == {"operator", "guide", "supervisor", "authority"}
    assert Path(__file__).exists()
