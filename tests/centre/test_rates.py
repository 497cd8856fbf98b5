"""The gate's own limits: who asks too often is told to wait, by address where nobody is known yet, else by session.

The clock stands still but for what a test moves it; wrong passwords have a limit of their own (test_entering.py).
"""

from collections.abc import Callable

import httpx
import pytest

from coordinator.centre.policies import RATES
from tests.centre.desk import Browser, Desk


class Still:
    """A clock."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Still:
    made = Still()
    monkeypatch.setattr("coordinator.centre.gate.time", made)
    return made


def use_up(ask: Callable[[], httpx.Response], kind: str, clock: Still) -> None:
    """As many as the burst, then none; after the time of one, one."""
    rate, burst = RATES[kind]
    # logging in has asked, too
    clock.now += burst / rate
    for _ in range(int(burst)):
        assert ask().status_code != 429
    answer = ask()
    assert answer.status_code == 429
    assert "过于频繁" in answer.json()["error"]["zh"]
    clock.now += 1.01 / rate
    assert ask().status_code != 429
    assert ask().status_code == 429


def test_strangers_are_limited_by_address(desk: Desk, clock: Still) -> None:
    near, far = Browser(desk.gate, "10.0.0.1"), Browser(desk.gate, "10.0.0.2")
    use_up(lambda: near.ask("POST", "/api/login"), "login", clock)
    # another browser behind the same address is the same to the gate, another address is not
    assert Browser(desk.gate, "10.0.0.1").ask("POST", "/api/login").status_code == 429
    assert far.ask("POST", "/api/login").status_code == 422


def test_files_of_the_page_are_limited_by_address(desk: Desk, clock: Still, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(RATES, "page", (100.0, 30.0))
    near, far = Browser(desk.gate, "10.0.0.1"), Browser(desk.gate, "10.0.0.2")
    use_up(lambda: near.ask("GET", "/"), "page", clock)
    assert far.ask("GET", "/").status_code == 200
    # whoever is refused the page's files may still log in
    assert near.ask("POST", "/api/login").status_code == 422


@pytest.mark.parametrize(
    ("kind", "method", "path", "good"), [("read", "GET", "/api/now", 200), ("write", "POST", "/api/incidents", 422)]
)
def test_who_is_logged_in_is_limited_by_session(
    desk: Desk, clock: Still, kind: str, method: str, path: str, good: int
) -> None:
    one, other = desk.browser("op"), desk.browser("op2")
    use_up(lambda: one.ask(method, path), kind, clock)
    assert other.ask(method, path).status_code == good
