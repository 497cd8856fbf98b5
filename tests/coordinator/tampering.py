"""A published county at a bench, and somebody with an administrator's rights over its database."""

import sqlite3
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from coordinator.intake.admission import Received
from coordinator.ledger.vetting import Vetting
from coordinator.publish.publisher import Publisher
from coordinator.roles.running import Doors
from coordinator.roles.watching import Watch, watch_everything
from coordinator.store.acts import adding
from coordinator.store.postgres import Postgres
from coordinator.watch.self_check import Alarm
from tally_protocol.merkle.hashing import leaf_hash
from tally_protocol.record.signing import sign_text
from tally_protocol.seal.document import record_hash
from tally_protocol.seal.keys import Signer
from tally_protocol.seal.note import parse_note
from tests.coordinator.county import Bench, envelopes, whole_count
from tests.world import TIME

FENCES = {"sequencer": 0, "publisher": 0}


@dataclass
class Watched:
    """A whole count but for its last record, a fork, a refusal, acts of access; published, and looked at."""

    bench: Bench
    public: Path
    last: Received = field(init=False)
    publisher: Publisher = field(init=False)
    watch: Watch = field(init=False)
    alarm: Alarm = field(init=False)

    def __post_init__(self) -> None:
        bench = self.bench
        _, chains = whole_count(bench.world)
        self.last = chains[-1].pop()
        for chain in chains:
            assert all(answer.outcome == "accepted" for answer in bench.deliver(*chain).answers)
        fork = bench.world.desk("v1", "1")
        fork.open()
        fork.box(collected=131, delivered=150, issued=131, proxies=3, spoiled=5, unused=14)
        assert [one.code for one in bench.deliver(*envelopes(bench.world, fork)).answers] == ["", "E_FORK"]
        for number in (1, 2):
            with adding(bench.store, number - 1) as (_, add):
                add([(number, TIME, "revoke", f"node-{number + 6}", '{"reason":"lost"}')])
        vetting = Vetting(bench.store, bench.writer.county, bench.admitted)
        self.publisher, _ = bench.publisher(self.public, vetting.check)
        self.publisher.recover(bench.writer.durable)
        assert self.publisher.publish(bench.writer.durable)
        self.look_anew()
        while not self._marked():
            assert self.cycle() == {}

    def _marked(self) -> bool:
        """Whether the marks cover the lists: on a server they wait for all transactions of that time, everybody's."""
        with self.bench.store.read() as connection:
            found = dict(connection.exec_driver_sql("SELECT name, upto FROM marks").all())
        return found == {"refusals": 1, "forks": 1, "access_acts": 2}

    def look_anew(self) -> None:
        """A process that has just started: it knows nothing but what is stored."""
        bench = self.bench
        self.watch, self.alarm = watch_everything(
            bench.home, Doors(public=self.public), bench.url, bench.metrics, bench.stores, bench.writer.county, FENCES,
            list, (self.public / "checkpoint").read_bytes,
        )  # fmt: skip

    def cycle(self) -> dict[str, str]:
        """One cycle of the self-check; gives part and code of what does not hold."""
        check = self.watch.check
        assert check is not None
        check.cycle()
        return {part: error.code for part, error in check.failed.items()}

    def edit(self, *statements: str) -> None:
        """As the owner of the database, with the keys between tables switched off."""
        store = self.bench.store
        if isinstance(store, Postgres):
            url = store.address.set(drivername="postgresql").render_as_string(hide_password=False)
            with psycopg.connect(url) as server:
                server.execute("SET session_replication_role = replica")
                changed = [server.execute(one.encode()).rowcount for one in statements]
        else:
            changed = [self._edit_file(one) for one in statements]
        assert all(changed), "the edit changed nothing: the test tests nothing"

    def _edit_file(self, statement: str) -> int:
        home = self.bench.home
        path = home.lock if " lock " in statement else home.store
        file = sqlite3.connect(path, isolation_level=None)
        file.execute("PRAGMA foreign_keys = OFF")
        changed = file.execute(statement).rowcount
        file.close()
        return changed

    @property
    def stored(self) -> int:
        """Entries in the log."""
        with self.bench.store.read() as connection:
            return int(connection.exec_driver_sql("SELECT coalesce(max(idx), -1) + 1 FROM log").scalar_one())

    def forge(self, *, placed: bool) -> None:
        """Insert the last record, signed by nobody who may, as the writer would have stored it."""
        note = signed_by_a_stranger(self.last.note)
        digest = record_hash(parse_note(note).text)
        with self.bench.store.write() as connection:
            number = int(connection.exec_driver_sql("SELECT max(id) + 1 FROM records").scalar_one())
            seq = int(connection.exec_driver_sql("SELECT max(seq) + 1 FROM records WHERE chain = 'u/v2'").scalar_one())
            connection.exec_driver_sql(
                "INSERT INTO records (id, hash, leaf, chain, epoch, seq, kind, note)"
                " VALUES (?, ?, ?, 'u/v2', 1, ?, 'names', ?)",
                (number, bytes(digest), leaf_hash(note), seq, note),
            )
            connection.exec_driver_sql("UPDATE unit_heads SET version = ? WHERE unit = 'v2'", (number,))
            if placed:
                connection.exec_driver_sql("INSERT INTO log (idx, record) VALUES (?, ?)", (self.stored, number))


def flipped(column: str, *, postgres: bool) -> str:
    """SQL for the bytes of a column with a bit of the 70th byte (or the last of a short one) turned."""
    if postgres:
        place = f"least(70, length({column}) - 1)"
        return f"set_byte({column}, {place}, get_byte({column}, {place}) # 1)"
    place = f"min(71, length({column}))"
    other = f"CASE WHEN substr({column}, {place}, 1) = x'41' THEN x'42' ELSE x'41' END"
    return f"CAST(substr({column}, 1, {place} - 1) || {other} || substr({column}, {place} + 1) AS BLOB)"


def signed_by_a_stranger(note: bytes) -> bytes:
    """The same text under a key of nobody's."""
    stranger = Signer("nobody", Ed25519PrivateKey.generate())
    return sign_text(parse_note(note).text, [stranger])
