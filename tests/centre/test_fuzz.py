"""Schemathesis over the OpenAPI: whatever is asked, the answer is never a 500 and never breaks the journal."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode

from coordinator.centre.app import make_api
from coordinator.centre.gate import Limits
from coordinator.centre.office import Office
from tests.centre.desk import Browser, Desk, new_desk


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


# who has logged out or changed the password by chance would ask the rest as nobody
ENDS = ("/api/logout", "/api/password", "/api/totp/confirm", "/api/login", "/api/people/{person}/end")
# what the routes look like does not depend on the office behind them
SCHEMA = schemathesis.openapi.from_dict(make_api(Office.__new__(Office)).openapi())
ASKED = [
    (path, method.lower()) for path, methods in SCHEMA.raw_schema["paths"].items() for method in methods
    if path not in ENDS
]  # fmt: skip
BOUNDED = settings(
    max_examples=15, deadline=None, derandomize=True, database=None, phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
@pytest.mark.parametrize(("path", "method"), ASKED)
def test_no_question_is_answered_with_a_fault(
    office: Desk, monkeypatch: pytest.MonkeyPatch, path: str, method: str, mode: GenerationMode
) -> None:
    monkeypatch.setattr(Limits, "take", lambda *_: None)
    browser = _logged_in(office)
    try:
        strategy = SCHEMA[path][method].as_strategy(generation_mode=mode)
    except Unsatisfiable:
        pytest.skip("nothing can be wrong with it")

    @BOUNDED
    @given(case=strategy)
    def ask(case: schemathesis.Case[Any]) -> None:
        query = f"?{urlencode(case.query, doseq=True)}" if case.query else ""
        body = case.body if isinstance(case.body, (dict, list, str, int, float, bool)) or case.body is None else {}
        content = json.dumps(body).encode() if method == "post" else None
        answer = browser.ask(method.upper(), quote(case.formatted_path, safe="/%") + query, content=content)
        assert answer.status_code < 500, answer.text
        assert answer.status_code != 401, answer.text
        assert office.journal.healthy

    try:
        ask()
    except Unsatisfiable:
        pytest.skip("nothing can be wrong with it")


def _logged_in(office: Desk) -> Browser:
    found: Browser | None = office.__dict__.get("fuzzer")
    if found is None:
        found = office.__dict__["fuzzer"] = office.browser("op")
    return found


def test_every_endpoint_but_the_way_out_is_asked(office: Desk) -> None:
    paths = make_api(office.office).openapi()["paths"]
    assert len(paths) > 30
    assert set(ENDS) <= paths.keys()
