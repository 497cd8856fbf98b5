"""Limits are data, and wrong data stops the start; buckets; policies of methods [ACCESS-9] [ACCESS-11]."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coordinator.access.bucket import Bucket
from coordinator.access.limits import SHIPPED, read_limits, shipped_limits
from coordinator.access.opening import check_hosts
from coordinator.access.policies import (
    LAPTOP_SERVICES,
    LAPTOPS,
    RECEPTION_SERVICES,
    STRANGERS,
    Policy,
    check_policies,
)
from coordinator.settings import CountyError, Home
from tally_protocol.wire.v1 import access_pb2, intake_pb2


def test_what_is_shipped_is_what_the_documents_say(root: Path) -> None:
    limits = shipped_limits()
    assert (limits.records_per_second, limits.burst, limits.streams, limits.message_bytes) == (10, 50, 4, 1 << 20)
    assert (limits.laptop_hours, limits.code_days) == (72, 7)
    assert limits.bucket(0) == limits.bucket(1) == (10, 50)
    assert limits.bucket(12) == (120, 600)
    assert limits.bucket(10_000) == (limits.records_per_second_most, limits.burst_most)
    page = (root / "docs/access.md").read_text("utf-8")
    for name, value in re.findall(r"^([a-z_]+) = (\S+)$", SHIPPED.read_text("utf-8"), re.MULTILINE):
        assert re.search(rf"`{name}` \| {value} \|", page), f"{name} = {value} is not in docs/access.md"


def test_the_countys_own_file_replaces_the_shipped_one(tmp_path: Path) -> None:
    assert read_limits(Home(tmp_path)) == shipped_limits()
    own = SHIPPED.read_text("utf-8").replace("streams = 4", "streams = 9")
    (tmp_path / "limits.toml").write_text(own, "utf-8")
    assert read_limits(Home(tmp_path)).streams == 9
    (tmp_path / "other.toml").write_text(own.replace("streams = 9", "streams = 2"), "utf-8")
    assert read_limits(Home(tmp_path), tmp_path / "other.toml").streams == 2
    with pytest.raises(CountyError):
        read_limits(Home(tmp_path), tmp_path / "missing.toml")


def swap(old: str, new: str) -> Callable[[str], str]:
    def change(text: str) -> str:
        assert old in text
        return text.replace(old, new, 1)

    return change


WRONG: dict[str, Callable[[str], str]] = {
    "empty": lambda _: "",
    "not toml": swap("[laptop]", "[laptop"),
    "missing": swap("streams = 4\n", ""),
    "unknown": swap("streams = 4", "streams = 4\nstream = 4"),
    "unknown part": swap("[door]", "[window]"),
    "text": swap("streams = 4", 'streams = "4"'),
    "truth": swap("streams = 4", "streams = true"),
    "fraction": swap("streams = 4", "streams = 4.5"),
    "none": swap("streams = 4", "streams = 0"),
    "negative": swap("burst = 50", "burst = -1"),
    "not a number": swap("burst = 50", "burst = nan"),
    "no bound": swap("burst_most = 4000", "burst_most = inf"),
    "messages below a laptop's own": swap("message_bytes = 1048576", "message_bytes = 1000"),
    "honest groups would never pass": lambda t: swap("burst = 50", "burst = 1")(
        swap("patience_seconds = 10", "patience_seconds = 0")(t)
    ),
    "half a turnstile": swap("strangers_per_address = 4096", "strangers_per_address = 0"),
    "part is no table": lambda t: "codes = 3\n" + swap("[codes]\ndays = 7\n", "")(t),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_limits_file_stops_the_start(case: str, tmp_path: Path) -> None:
    """[ACCESS-11]: file, setting, expected, found, in both languages."""
    path = tmp_path / "limits.toml"
    path.write_text(WRONG[case](SHIPPED.read_text("utf-8")), "utf-8")
    with pytest.raises(CountyError) as refused:
        read_limits(Home(tmp_path))
    assert str(path) in refused.value.zh
    assert str(path) in refused.value.en


def test_a_burst_passes_and_then_the_rate_holds() -> None:
    """[ACCESS-9]"""
    bucket = Bucket(10, 50, now=0.0)
    assert bucket.take(50, 0.0, patience=10) == 0
    assert bucket.take(10, 0.0, patience=10) == pytest.approx(1.0)
    assert bucket.take(10, 0.0, patience=10) == pytest.approx(2.0)
    assert bucket.take(200, 0.0, patience=10) is None
    assert bucket.take(1, 0.0, patience=10) == pytest.approx(2.1), "what was refused was not charged"
    assert bucket.take(1, 100.0, patience=10) == 0
    assert bucket.take(49, 100.0, patience=10) == 0


@pytest.mark.property
@given(st.lists(st.tuples(st.floats(0, 5), st.integers(1, 300)), max_size=40))
def test_no_bucket_gives_more_than_burst_and_rate(asked: list[tuple[float, int]]) -> None:
    """[ACCESS-9] whatever is asked, and in waiting time as it is kept, rate x time + burst is never exceeded."""
    rate, burst, now, passed, last = 10.0, 50.0, 0.0, 0.0, 0.0
    bucket = Bucket(rate, burst, now)
    for pause, count in asked:
        now += pause
        wait = bucket.take(count, now, patience=10)
        if wait is None:
            continue
        assert 0 <= wait <= 10
        now += wait
        passed += count
        last = now
        # the last group may be over by its own size: it is let through whole
        assert passed <= burst + rate * last + 1e-6


def test_every_method_has_a_policy_and_every_policy_a_method() -> None:
    """[ACCESS-11]"""
    check_policies(LAPTOP_SERVICES, LAPTOPS)
    check_policies(RECEPTION_SERVICES, STRANGERS)


@pytest.mark.parametrize("name", sorted(LAPTOPS))
def test_a_method_without_a_policy_stops_the_start(name: str) -> None:
    """[ACCESS-11]"""
    without = {key: value for key, value in LAPTOPS.items() if key != name}
    with pytest.raises(CountyError, match=re.escape(name)):
        check_policies(LAPTOP_SERVICES, without)
    with pytest.raises(CountyError, match="Nothing"):
        check_policies(LAPTOP_SERVICES, {**LAPTOPS, "/x.Service/Nothing": Policy(stream=False, cost=1)})


def test_no_service_of_the_wire_is_forgotten() -> None:
    """[ACCESS-11]: a service that is added to the schema must be placed at one of the doors."""
    schemas = (intake_pb2, access_pb2)
    known = {service.full_name for service in (*LAPTOP_SERVICES, *RECEPTION_SERVICES)}
    assert known == {service.full_name for one in schemas for service in one.DESCRIPTOR.services_by_name.values()}


def test_an_election_without_laptops_does_not_start() -> None:
    """[ACCESS-11]"""
    assert check_hosts({"s/v1/1": "n1", "u/v1": "n1", "s/v2/1": "n2"}) == {"n1": 2, "n2": 1}
    with pytest.raises(CountyError):
        check_hosts({})
