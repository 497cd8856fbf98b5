"""The list of access acts: what it amounts to, and where it rests [ACCESS-1] [ACCESS-2] [ACCESS-8] [ACCESS-10]."""

import contextlib
import multiprocessing
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from coordinator.access.acts import (
    CERTIFICATE,
    CODE,
    CONFIRM,
    REQUEST,
    REVOKE,
    TRIES,
    WRONG,
    Act,
    State,
    WrongCode,
    check_code,
    read_act,
)
from coordinator.access.registry import FileRegistry, Registry, TableRegistry
from coordinator.settings import CountyError
from coordinator.store.database import Database
from coordinator.store.migrating import migrate
from coordinator.store.postgres import Postgres, is_postgres
from coordinator.store.stores import SQLITE
from tally_protocol.errors import RuleViolation
from tally_protocol.seal.enrolment import code_key, prove_code

ELECTION, NODE = "e-test", "n1"
DIGITS = "3141592653589793238462643383279502884197"
DAY = 86_400


def code_act(number: int, digits: str = DIGITS, node: str = NODE, until: int = 7 * DAY) -> Act:
    public = code_key(digits, ELECTION, node).public_key().public_bytes_raw().hex()
    return Act(number, 0, CODE, node, {"key": public, "until": until, "chains": ["s/v1/1", "u/v1"]})


def state_of(*acts: Act) -> State:
    state = State()
    state.apply(acts)
    return state


def digest_of(text: str) -> bytes:
    return sha256(text.encode()).digest()


def wrong(number: int, state: State, text: str) -> None:
    code = state.laptop(NODE).code
    assert code is not None
    state.apply([Act(number, 0, WRONG, NODE, {"key": code.key, "digest": digest_of(text).hex()})])


def why(state: State, digest: bytes, proof: bytes, now: int = 0, node: str = NODE) -> tuple[type, str]:
    with pytest.raises(RuleViolation) as refused:
        check_code(state, ELECTION, node, digest, proof, now)
    assert refused.value.code == "E_TOKEN"
    return type(refused.value), str(refused.value.found)


def test_a_code_opens_once_for_one_request() -> None:
    """[ACCESS-2] G2: used, then dead for any other request; the same request again is no fault."""
    state, digest = state_of(code_act(1)), digest_of("request")
    proof = prove_code(DIGITS, ELECTION, NODE, digest)
    assert check_code(state, ELECTION, NODE, digest, proof, 0)
    state.apply([Act(2, 0, REQUEST, NODE, {"digest": digest.hex()})])
    assert not check_code(state, ELECTION, NODE, digest, proof, 0)
    other = digest_of("other")
    assert "used" in why(state, other, prove_code(DIGITS, ELECTION, NODE, other))[1]


def test_five_wrong_tries_lock_it_for_the_right_one_too() -> None:
    """[ACCESS-2] G2: ten thousand guesses are refused, the first five are tries."""
    state, digest = state_of(code_act(1)), digest_of("request")
    proof = prove_code(DIGITS, ELECTION, NODE, digest)
    tries = 0
    for guess in range(10_000):
        text = f"guess {guess}"
        kind, found = why(state, digest_of(text), prove_code(f"{guess:040d}", ELECTION, NODE, digest_of(text)))
        if kind is WrongCode:
            tries += 1
            wrong(guess + 2, state, text)
        else:
            assert "locked" in found
    assert tries == TRIES
    assert "locked" in why(state, digest, proof)[1]
    # a new code opens, the old one stays dead
    fresh = "2" * 40
    state.apply([code_act(20_000, fresh)])
    assert check_code(state, ELECTION, NODE, digest, prove_code(fresh, ELECTION, NODE, digest), 0)
    assert why(state, digest, proof)[0] is WrongCode


def test_a_code_of_another_laptop_an_expired_one_and_none() -> None:
    """[ACCESS-2] G2: other station, expired."""
    state, digest = state_of(code_act(1)), digest_of("request")
    proof = prove_code(DIGITS, ELECTION, NODE, digest)
    assert check_code(state, ELECTION, NODE, digest, proof, 7 * DAY)
    assert "expired" in why(state, digest, proof, now=7 * DAY + 1)[1]
    assert "no code" in why(state, digest, prove_code(DIGITS, ELECTION, "n2", digest), node="n2")[1]
    state.apply([code_act(2, "5" * 40, node="n2")])
    assert why(state, digest, proof, node="n2")[0] is WrongCode


def certificate(number: int, serial: str, generation: int) -> Act:
    facts = {"serial": serial, "until": 9, "generation": generation, "key": "", "way": ""}
    return Act(number, 0, CERTIFICATE, NODE, facts)


def test_after_a_revocation_only_a_later_enrolments_certificate_is_taken() -> None:
    """[ACCESS-8]: also for certificates that the list never saw."""
    state = state_of(certificate(1, "a1", 1))
    assert state.admits(NODE, "a1")
    assert state.admits(NODE, "unlisted"), "the CA's signature is enough until something happened"
    state.apply([Act(2, 5, REVOKE, NODE, {"reason": "lost"})])
    assert state.laptop(NODE).revoked
    assert not state.admits(NODE, "a1")
    assert not state.admits(NODE, "unlisted")
    assert state.admits("n2", "whatever"), "others go on"
    generation = state.next_generation(NODE)
    assert generation == 2
    state.apply([certificate(3, "b2", generation)])
    assert state.admits(NODE, "b2")
    assert not state.admits(NODE, "a1")
    assert not state.admits("n2", "b2") or state.laptop("n2").dead < 0
    assert not state.laptop(NODE).revoked
    # a renewal keeps the generation, a second revocation ends that one too
    state.apply([certificate(4, "b3", state.next_generation(NODE)), Act(5, 9, REVOKE, NODE, {"reason": "again"})])
    assert not state.admits(NODE, "b3")
    assert state.laptop(NODE).reason == "again"


def test_a_laptop_can_be_revoked_before_its_first_certificate() -> None:
    state = state_of(Act(1, 0, REVOKE, NODE, {"reason": "never came"}))
    assert not state.admits(NODE, "x")
    assert state.next_generation(NODE) == 1


def test_a_new_code_takes_back_a_request_that_waits() -> None:
    """[ACCESS-4]: what people did not confirm is gone; what they confirmed stays until the next confirmation."""
    digest = digest_of("request").hex()
    state = state_of(code_act(1), Act(2, 0, REQUEST, NODE, {"digest": digest}), code_act(3, "7" * 40))
    assert state.laptop(NODE).request == ""
    state.apply([Act(4, 0, REQUEST, NODE, {"digest": digest}), Act(5, 0, CONFIRM, NODE, {"digest": digest})])
    state.apply([code_act(6, "8" * 40)])
    assert state.laptop(NODE).confirmed == digest


def test_an_act_is_stored_and_read_back() -> None:
    act = Act(7, 8, REVOKE, NODE, {"reason": "丢失\n\t\"x\""})
    assert read_act(act.id, act.time, act.act, act.node, act.text) == act
    assert "\n" not in act.text
    assert "\t" not in act.text
    with pytest.raises(ValueError, match="unknown kind"):
        read_act(1, 0, "promote", NODE, "{}")


@pytest.fixture
def place(tmp_path: Path, url: str) -> str:
    return make_place(tmp_path, url)


def make_place(tmp_path: Path, url: str) -> str:
    """Where the table is: a SQLite file, or the address of a PostgreSQL database."""
    if is_postgres(url):
        return url
    database = Database.create(tmp_path / "store.db")
    migrate(database, "store")
    database.close()
    return str(tmp_path / "store.db")


def opened(place: str) -> Database:
    return Postgres(place) if is_postgres(place if ":" in place else "") else Database(Path(place))


@pytest.fixture
def table(place: str) -> Iterator[Database]:
    with contextlib.closing(opened(place)) as database:
        yield database


@pytest.fixture(params=["file", "sqlite", "postgres"])
def registry(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Registry]:
    if request.param == "file":
        yield FileRegistry(tmp_path, lambda: 1234.9)
        return
    where = make_place(tmp_path, SQLITE if request.param == "sqlite" else request.getfixturevalue("postgres_url"))
    with contextlib.closing(opened(where)) as database:
        yield TableRegistry(database, lambda: 1234.9)


def test_the_list_grows_alike_in_both_places(registry: Registry) -> None:
    """[ACCESS-10]"""
    assert registry.acts() == []
    with registry.acting() as acting:
        acting.add(CODE, NODE, code_act(1).body)
        acting.add(REVOKE, "n2", {"reason": "丢失"})
        assert acting.state.laptops == {}, "in force when durable, not before"
    assert [(act.id, act.time, act.act, act.node) for act in registry.acts()] == [
        (1, 1234, CODE, NODE), (2, 1234, REVOKE, "n2"),
    ]  # fmt: skip
    assert registry.state().laptop("n2").reason == "丢失"
    with registry.acting() as acting:
        assert acting.state.last == 2


def test_what_fails_inside_adds_nothing(registry: Registry) -> None:
    """[ACCESS-10]"""
    with pytest.raises(RuntimeError), registry.acting() as acting:
        acting.add(REVOKE, NODE, {"reason": "x"})
        raise RuntimeError
    assert registry.acts() == []
    assert not registry.state().laptop(NODE).revoked
    with registry.acting() as acting:
        acting.add(REVOKE, NODE, {"reason": "y"})
    assert registry.state().laptop(NODE).reason == "y"


def test_a_line_that_was_cut_by_a_power_failure_is_no_act(tmp_path: Path) -> None:
    """[ACCESS-10] the next writer removes it; a damaged whole line stops everything."""
    registry = FileRegistry(tmp_path, lambda: 5.0)
    for node in ("n1", "n2"):
        with registry.acting() as acting:
            acting.add(REVOKE, node, {"reason": "x"})
    path = tmp_path / "enrolment-acts.tsv"
    assert path.stat().st_mode & 0o777 == 0o600
    data = path.read_bytes()
    for cut in range(len(data.split(b"\n")[0]) + 1, len(data)):
        path.write_bytes(data[:cut])
        assert [act.node for act in registry.acts()] == ["n1"]
    with registry.acting() as acting:
        acting.add(REVOKE, "n3", {"reason": "x"})
    assert [act.node for act in registry.acts()] == ["n1", "n3"]
    path.write_bytes(data.replace(b"1\t5", b"9\t5", 1))
    with pytest.raises(CountyError):
        registry.state()


def add_many(place: str, name: str, count: int) -> None:
    database = opened(place)
    registry = TableRegistry(database)
    for number in range(count):
        with registry.acting() as acting:
            acting.add(REVOKE, f"{name}-{number}", {"reason": str(acting.state.last)})
    database.close()


def test_several_processes_add_without_losing_or_doubling(table: Database, place: str) -> None:
    """[ACCESS-10]: ids are in the order of commit, each act was decided on everything before it."""
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=add_many, args=(place, f"w{i}", 20)) for i in range(3)]
    for worker in workers:
        worker.start()
    watcher, seen = TableRegistry(table), 0
    while any(worker.is_alive() for worker in workers):
        seen = max(seen, watcher.state().last)
    for worker in workers:
        worker.join()
        assert worker.exitcode == 0
    acts = watcher.acts()
    assert [act.id for act in acts] == list(range(1, 61))
    assert [act.body["reason"] for act in acts] == [str(number) for number in range(60)]
    assert watcher.state().last == 60
    assert len(watcher.state().laptops) == 60
