"""Who leads, and what an old leader can still do: the lock, the line behind it, the number, the lease [PUB-2]."""

import threading
import time

import psycopg
import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from coordinator.settings import CountyError
from coordinator.store.leadership import Leadership
from coordinator.store.migrating import EVERY_PART, migrate
from coordinator.store.postgres import Postgres
from tests.coordinator.leading import Old
from tests.postgres import new_database, own_server


def test_a_leader_waits_in_line_and_takes_a_higher_number(postgres_url: str) -> None:
    """The lock has one holder; when it goes, the next one has the next number, and the old number is worth nothing."""
    database = Postgres(postgres_url)
    stop = threading.Event()
    first, second = (Leadership(database, "publisher", lambda _: None) for _ in range(2))
    assert first.take(stop)
    waiting = threading.Thread(target=second.take, args=(stop,))
    waiting.start()
    waiting.join(1.0)
    assert waiting.is_alive()
    with database.write() as connection:
        first.check(connection)
    first.release()
    waiting.join(20)
    assert not waiting.is_alive()
    assert second.number == first.number + 1
    for leader, good in ((second, True), (first, False)):
        assert _checks(database, leader) is good
    second.release()
    database.close()


def _checks(database: Postgres, leader: Leadership) -> bool:
    try:
        with database.write() as connection:
            leader.check(connection)
    except CountyError:
        return False
    return True


def test_a_transaction_that_has_checked_is_waited_for(postgres_url: str) -> None:
    """Between an old leader's check and its commit no successor can begin."""
    database = Postgres(postgres_url)
    old = Old(database, "sequencer")
    begun, taken = threading.Event(), threading.Event()

    def succeed() -> None:
        begun.set()
        Old(database, "sequencer")
        taken.set()

    thread = threading.Thread(target=succeed)
    connection: Connection
    with database.write() as connection:
        old.check(connection)
        thread.start()
        begun.wait()
        assert not taken.wait(0.5)
    assert taken.wait(20)
    thread.join()
    assert not _checks(database, old)
    database.close()


def test_a_silent_leader_loses_its_lock(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stopped process says nothing: the server ends its session after the lease, and it is told when it wakes."""
    database = Postgres(postgres_url)
    lost = threading.Event()
    leader = Leadership(database, "publisher", lambda _: lost.set())
    monkeypatch.setattr("coordinator.store.leadership.BEAT", 6.0)  # longer than the lease: as if it were stopped
    assert leader.take(threading.Event())
    monkeypatch.undo()
    second = Leadership(database, "publisher", lambda _: None)
    assert second.take(threading.Event())
    assert second.number == leader.number + 1
    assert lost.wait(20)
    for one in (leader, second):
        one.release()
    database.close()


def test_whoever_waits_leads_after_the_server_has_died() -> None:
    """What waited through a restart of the server has dead connections in its pool: it leads all the same."""
    failed: list[BaseException] = []
    with own_server() as server, new_database(server.url("postgres")) as url:
        database = Postgres(url)
        migrate(database, *EVERY_PART)
        # the pool of whoever waits has been used: it holds a connection, as after every start
        waiting = Postgres(url)
        lost = threading.Event()
        first = Leadership(database, "publisher", lambda _: lost.set())
        second = Leadership(waiting, "publisher", lambda _: None)
        assert first.take(threading.Event())

        def wait() -> None:
            try:
                second.take(threading.Event())
            except SQLAlchemyError as error:
                failed.append(error)

        thread = threading.Thread(target=wait)
        thread.start()
        server.kill()
        assert lost.wait(20)
        server.start()
        thread.join(20)
        assert not thread.is_alive()
        assert not failed, failed
        assert second.number > first.number
        for one in (first, second):
            one.release()
        for pool in (database, waiting):
            pool.close()


def test_a_leader_that_is_stopped_within_a_statement_is_ended(postgres_url: str) -> None:
    """The server waits for the rest of what it sends, no idle timeout counts: its successor ends its transaction."""
    database = Postgres(postgres_url)
    plain = database.address.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, application_name="changpiao-publisher") as stopped:
        stopped.execute("SELECT fence FROM leaders WHERE name = 'publisher' FOR SHARE")
        successor = Leadership(database, "publisher", lambda _: None)
        stop = threading.Event()
        # what is promised in all is ten seconds, four of them the lease
        threading.Timer(20, stop.set).start()
        began = time.monotonic()
        assert successor.take(stop)
        assert time.monotonic() - began < 15
        with pytest.raises(psycopg.OperationalError):
            stopped.execute("SELECT 1")
        successor.release()
    database.close()
