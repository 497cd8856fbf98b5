"""A flipped bit in a data file of a PostgreSQL that is stopped: refused in words, or it lay where nothing is read.

[PUB-3] [CHECK-3]. The bit is drawn among the bytes that are not zero, in tables, indexes and what is stored out of
line. With data checksums the server itself sees it; without them what it gives must fit hashes and signatures.
"""

import random
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from coordinator.store.stores import SQLITE
from tests.faults.conftest import loaded
from tests.faults.ledger import Settled
from tests.faults.rig import FEW, ROUNDS, Rig
from tests.faults.town import Town
from tests.faults.verdict import check_whole
from tests.postgres import Server, own_server, plain

pytestmark = pytest.mark.fault
FILES = b"""SELECT pg_relation_filepath(c.oid), c.relkind = 'r'
    FROM pg_class c LEFT JOIN pg_class t ON t.reltoastrelid = c.oid
    LEFT JOIN pg_index i ON i.indexrelid = c.oid LEFT JOIN pg_class o ON o.reltoastrelid = i.indrelid
    WHERE c.relkind IN ('r', 't', 'i', 'S') AND pg_relation_size(c.oid) > 0
    AND 'public'::regnamespace IN (c.relnamespace, t.relnamespace, o.relnamespace) ORDER BY c.oid"""


class Resting:
    """A server at rest with the counted town in it, and a copy of its folder that stays whole."""

    def __init__(self, server: Server, url: str, files: dict[str, bool]) -> None:
        """Stop it; `files`: path in its folder -> whether it is a table, which all is read of."""
        self.url = url
        self._files = list(files)
        self._tables = [path for path, table in files.items() if table]
        self._server = server
        self._whole = server.home / "whole"
        server.stop()
        subprocess.run(["cp", "-a", str(server.data), str(self._whole)], check=True)

    @contextmanager
    def flipped(self, dice: random.Random) -> Iterator[str]:
        """The server runs, with one bit of one file another than it was; gives which file."""
        shutil.rmtree(self._server.data)
        subprocess.run(["cp", "-a", str(self._whole), str(self._server.data)], check=True)
        name = dice.choice(self._tables if dice.random() < 0.6 else self._files)
        path = self._server.data / name
        data = bytearray(path.read_bytes())
        data[dice.choice([at for at, byte in enumerate(data) if byte])] ^= 1 << dice.randrange(8)
        path.write_bytes(data)
        self._server.start()
        try:
            yield name
        finally:
            self._server.stop()


@pytest.fixture(scope="module", params=["--no-data-checksums", "--data-checksums"][: FEW and 1])
def resting(counted: Town, request: pytest.FixtureRequest) -> Iterator[Resting]:
    with own_server(request.param, "--wal-segsize=1") as server:
        with psycopg.connect(plain(server.url("postgres")), autocommit=True) as admin:
            admin.execute("CREATE DATABASE county")
        url = server.url("county")
        loaded(counted, url.render_as_string(hide_password=False))
        with psycopg.connect(plain(url), autocommit=True) as owner:
            files = {str(path): bool(table) for path, table in owner.execute(FILES)}
        assert len(files) > 20, files
        yield Resting(server, url.render_as_string(hide_password=False), files)


@pytest.mark.parametrize("seed", range(max(1, ROUNDS // 10)))
def test_a_flipped_bit_under_a_server_signs_nothing_false(
    counted: Town, tmp_path: Path, resting: Resting, seed: int
) -> None:
    dice = random.Random(seed)  # noqa: S311 - a round must be repeatable
    with Rig(counted, tmp_path / "round") as rig:
        seen = (rig.public / "checkpoint").read_bytes()
        with resting.flipped(dice) as name:
            rig.url = resting.url
            code, said = rig.serve_once()
        shown = (rig.public / "checkpoint").read_bytes()
        # what a whole copy of the same log says
        rig.url = SQLITE
        Settled(rig).check_history([seen, shown])
        if code == 0:
            # the bit lay where nothing is read, or in what is made again
            check_whole(rig)
            return
        assert code == 1, (name, said)
        assert "Traceback" not in said, said
        assert re.search(r"error: E_[A-Z_]+:|cannot reach the database", said), (name, said)
        assert shown == seen
