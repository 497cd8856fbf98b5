"""Schemathesis over the OpenAPI: whatever is asked, the answer is never a 500 and never breaks the journal."""

import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote, urlencode

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode

from coordinator.centre.app import make_api
from coordinator.centre.gate import Limits
from coordinator.centre.office import Office, Tries
from tests.centre.desk import Browser, Desk, new_desk, password_of


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    made = new_desk(tmp_path_factory.mktemp("fuzzed"))
    today = "2026-09-21"
    operator = made.browser("op")
    operator.post("/api/units/v1/incidents", level="grave", title="x")
    case = {"unit": "v1", "about": "list", "subject": "x", "received": today, "deadline": today}
    operator.post("/api/complaints", **case, channel="call")
    operator.post("/api/objections", **case)
    matter = {"kind": "correction", "unit": "v1", "station": "1", "what": "recount", "reason": "x"}
    operator.post("/api/proposals", matter=matter)
    yield made
    made.close()


# who has logged out or changed the password by chance would ask the rest as nobody: these are asked apart, below
ENDS = ("/api/logout", "/api/password", "/api/totp/confirm", "/api/login", "/api/people/{person}/end")
# what the routes look like does not depend on the office behind them
SCHEMA = schemathesis.openapi.from_dict(make_api(Office.__new__(Office)).openapi())
ASKED = [
    (path, method.lower()) for path, methods in SCHEMA.raw_schema["paths"].items() for method in methods
    if path not in ENDS
]  # fmt: skip
MODES = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]
BOUNDED = settings(
    max_examples=15, deadline=None, derandomize=True, database=None, phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
Ask = Callable[[schemathesis.Case[Any]], None]


@pytest.fixture(autouse=True)
def nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits and guessing are tested elsewhere: here every question is to reach the endpoint."""
    monkeypatch.setattr(Limits, "take", lambda *_: None)
    monkeypatch.setattr(Tries, "may", lambda *_: None)


def ask_all(path: str, method: str, mode: GenerationMode, ask: Ask) -> None:
    """Whatever the schema's strategy makes of an endpoint."""
    try:
        strategy = SCHEMA[path][method].as_strategy(generation_mode=mode)
        BOUNDED(given(case=strategy)(ask))()
    except Unsatisfiable:
        pytest.skip("nothing can be wrong with it")


def sent(browser: Browser, method: str, case: schemathesis.Case[Any], **known: str) -> httpx.Response:
    """Ask; where the body has a field of `known`, it is what the person knows and not what chance made."""
    query = f"?{urlencode(case.query, doseq=True)}" if case.query else ""
    body = case.body if isinstance(case.body, (dict, list, str, int, float, bool)) or case.body is None else {}
    if isinstance(body, dict):
        body = body | {name: value for name, value in known.items() if isinstance(body.get(name), str)}
    content = json.dumps(body).encode() if method == "post" else None
    return browser.ask(method.upper(), quote(case.formatted_path, safe="/%") + query, content=content)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("path", "method"), ASKED)
def test_no_question_is_answered_with_a_fault(office: Desk, path: str, method: str, mode: GenerationMode) -> None:
    browser = _logged_in(office)

    def ask(case: schemathesis.Case[Any]) -> None:
        answer = sent(browser, method, case)
        assert answer.status_code < 500, answer.text
        assert answer.status_code != 401, answer.text
        assert office.journal.healthy

    ask_all(path, method, mode, ask)


def _logged_in(office: Desk) -> Browser:
    found: Browser | None = office.__dict__.get("fuzzer")
    if found is None:
        found = office.__dict__["fuzzer"] = office.browser("op")
    return found


@pytest.mark.parametrize("known", [{}, {"person": "su"}, {"person": "su", "password": password_of("su")}])
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("path", "method"), [("/api/login", "post"), ("/api/screen", "post"), ("/api/me", "get")])
def test_nobody_gets_a_fault_either(
    office: Desk, path: str, method: str, mode: GenerationMode, known: dict[str, str]
) -> None:
    """Strangers, guessers of a password, and who has the password but sends whatever else."""

    def ask(case: schemathesis.Case[Any]) -> None:
        answer = sent(office.browser(), method, case, **known)
        assert answer.status_code < 500, answer.text
        assert office.journal.healthy
        if "password" not in known or path != "/api/login":
            # the login page reads the election's title from /api/me, and that it is nobody
            assert answer.status_code >= 400 or (path == "/api/me" and not answer.json()["id"]), answer.text

    ask_all(path, method, mode, ask)


@pytest.fixture
def throwaway(office: Desk) -> Iterator[str]:
    """A supervisor whom nobody else needs."""
    person = f"x{len(office.__dict__.setdefault('thrown', []))}"
    office.__dict__["thrown"].append(person)
    with office.journal.acting("-") as acting:
        acting.add("person", person=person, name=person, role="supervisor", units=[])
    office.credentials.first(person)
    office.credentials.change(person, password_of(person))
    yield person


@pytest.mark.parametrize("knows", [False, True])
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("path", ["/api/password", "/api/totp/confirm", "/api/logout"])
def test_an_account_that_may_end_itself(
    office: Desk, throwaway: str, path: str, mode: GenerationMode, *, knows: bool
) -> None:
    """With a wrong password and with the own one: then passwords are really changed, and the next ones hold."""
    password = [password_of(throwaway)]
    browser = [office.browser()]
    assert browser[0].login(throwaway, password[0]).status_code == 200

    def ask(case: schemathesis.Case[Any]) -> None:
        own = {"old": password[0], "password": password[0]} if knows else {}
        answer = sent(browser[0], "post", case, **own)
        assert answer.status_code < 500, answer.text
        assert office.journal.healthy
        if answer.status_code == 200 and path == "/api/password":
            password[0] = str(json.loads(answer.request.content)["new"])
        if answer.status_code == 200 and path != "/api/totp/confirm":
            browser[0] = office.browser()
            assert browser[0].login(throwaway, password[0]).status_code == 200

    ask_all(path, "post", mode, ask)


@pytest.mark.parametrize("mode", MODES)
def test_accounts_are_ended_without_a_fault(office: Desk, throwaway: str, mode: GenerationMode) -> None:
    def ask(case: schemathesis.Case[Any]) -> None:
        operator = office.browser("op2")
        for person in (None, throwaway):
            if person is not None:
                case.path_parameters["person"] = person
            answer = sent(operator, "post", case)
            assert answer.status_code < 500, answer.text
            assert office.journal.healthy

    ask_all("/api/people/{person}/end", "post", mode, ask)


def test_every_endpoint_but_the_way_out_is_asked(office: Desk) -> None:
    paths = make_api(office.office).openapi()["paths"]
    assert len(paths) > 30
    assert set(ENDS) <= paths.keys()
