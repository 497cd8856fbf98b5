"""`up` and a child that ends: how long it waits before it starts it again [INTAKE-2]."""

import sys
import time

from coordinator.roles.supervising import FIRST_PAUSE, MOST_PAUSE, QUIET, Child, pause_after


def test_the_pause_grows_only_for_those_that_do_not_work() -> None:
    """Whoever had worked comes again at once, whatever was before; whoever keeps dying waits longer, up to a bound."""
    assert pause_after(QUIET + 1, MOST_PAUSE) == FIRST_PAUSE
    pauses = [0.0]
    for _ in range(8):
        pauses.append(pause_after(QUIET - 1, pauses[-1]))
    assert pauses[1] == FIRST_PAUSE
    assert pauses == sorted(pauses)
    assert pauses[-1] == MOST_PAUSE


def test_two_that_are_killed_in_turn_are_back_in_time() -> None:
    """Leader and standby are killed every dozen seconds: no pause may eat what is promised, ten seconds."""
    pause = 0.0
    for _ in range(20):
        pause = pause_after(12.0, pause)
        assert pause <= 1.0


def test_work_is_counted_from_the_ready_line() -> None:
    """A slow start is no work: a machine under load must not spin through starts that fail."""
    silent = Child("publisher", [sys.executable, "-c", "import time; time.sleep(60)"])
    ready = Child("publisher", [sys.executable, "-u", "-c", "import time; print('{\"role\": 1}'); time.sleep(60)"])
    end = time.monotonic() + 60
    while ready.ready_since is None and time.monotonic() < end:
        time.sleep(0.05)
    assert ready.ready_since is not None
    assert silent.ready_since is None
    for child in (silent, ready):
        child.end()
