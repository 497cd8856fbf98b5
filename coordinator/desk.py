"""The county desk: hand-off files into a running county (through its inbox folder) or into the store [INTAKE-6].

A file in `inbox/` named `*.changpiao` is whole (it was renamed into place). The running county imports it, leaves
`<name>.json` with the outcome beside it and renames the file to `<name>.done`. If the county dies in between, the file
is imported again and its records are duplicates.
"""

import contextlib
import fcntl
import json
import logging
import os
import shutil
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from coordinator.intake.admission import Received
from coordinator.intake.handoff import SUFFIX, Imported, import_file
from coordinator.intake.jobs import Answers, Deliver
from coordinator.intake.writer import Writer
from coordinator.ledger.rebuilding import rebuild
from coordinator.metrics import Metrics
from coordinator.settings import CountyError, Home, read_seed
from coordinator.store.leaders import Alone
from coordinator.store.stores import SQLITE, open_store
from tally_protocol.record.sealing import Opener
from tally_protocol.seal.keys import Signer, county_name

LOG = logging.getLogger("changpiao.desk")
WAIT_MOST = 600.0


def ask(writer: Writer, envelopes: Sequence[Received]) -> Answers:
    """Deliver to a running writer and wait for its answers."""
    done = threading.Event()
    found: list[Answers | Exception] = []

    def reply(result: Answers | Exception) -> None:
        found.append(result)
        done.set()

    writer.put(Deliver(envelopes, reply, time.monotonic()))
    if not done.wait(WAIT_MOST):
        raise CountyError("写入线程没有回应", "the writer does not answer")
    return _answers(found)


def _answers(found: list[Answers | Exception]) -> Answers:
    result = found[0]
    if isinstance(result, Exception):
        raise CountyError("E_DISK: 磁盘空间不足，未接受新内容", "E_DISK: the disk is nearly full; nothing was accepted")
    return result


class Inbox:
    """Imports what is dropped into the folder; a thread of its own."""

    def __init__(self, folder: Path, writer: Writer, every: float = 1.0) -> None:
        """The folder is made if it is not there."""
        folder.mkdir(mode=0o700, exist_ok=True)
        self._folder = folder
        self._writer = writer
        self._every = every
        self._said: set[str] = set()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="inbox", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the file in hand, then end."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(self._every):
            for path in sorted(self._folder.glob(f"*{SUFFIX}")):
                try:
                    self.take(path)
                except OSError as error:
                    # a file that may not be read, a full disk: the others' files still come in
                    if path.name not in self._said:
                        self._said.add(path.name)
                        LOG.error("a file of the inbox cannot be taken", extra={"error": type(error).__name__})

    def take(self, path: Path) -> None:
        """Import one file and leave its outcome beside it; not if another process of this home has it in hand."""
        with contextlib.suppress(FileNotFoundError), path.open("rb") as stream:
            try:
                # let go by the system when this process dies
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                return
            if path.exists():
                self._take(path)

    def _take(self, path: Path) -> None:
        try:
            said = import_file(path, lambda envelopes: ask(self._writer, envelopes)).to_json()
        except CountyError as error:
            said = {"error": error.en, "error_zh": error.zh}
        temporary = path.with_suffix(".json.tmp")
        temporary.write_text(json.dumps(said, ensure_ascii=False) + "\n", "utf-8")
        temporary.replace(path.with_suffix(".json"))
        path.rename(path.with_suffix(".done"))


def open_inbox(home: Home, writer: Writer) -> Inbox | None:
    """The inbox of a home; None where the home is mounted read-only, as in a cluster: files come by `import`."""
    if not os.access(home.inbox if home.inbox.exists() else home.path, os.W_OK):
        LOG.info("the home is read-only: no inbox")
        return None
    return Inbox(home.inbox, writer)


def import_running(home: Home, path: Path) -> dict[str, object]:
    """Hand a file to the running county and wait for the outcome."""
    name = f"{path.stem}-{uuid.uuid4().hex[:8]}"
    home.inbox.mkdir(mode=0o700, exist_ok=True)
    temporary = home.inbox / f"{name}.part"
    shutil.copyfile(path, temporary)
    temporary.rename(home.inbox / f"{name}{SUFFIX}")
    result = home.inbox / f"{name}.json"
    end = time.monotonic() + WAIT_MOST
    while time.monotonic() < end:
        if result.exists():
            said = json.loads(result.read_text("utf-8"))
            if "error" in said:
                raise CountyError(str(said["error_zh"]), str(said["error"]))
            return dict(said)
        time.sleep(0.2)
    raise CountyError(f"运行中的总台没有处理 {name}", f"the running county has not taken {name}")


def import_directly(home: Home, path: Path, url: str = SQLITE) -> dict[str, object]:
    """Import into the store itself; on SQLite the caller holds the guard, on a server this is one more intake process.

    What is taken in is published by the county when it runs.
    """
    store = open_store(home, url, "intake")
    try:
        rebuilt = rebuild(store, unplaced=store.postgres)
        county = rebuilt.county
        signer = Signer(
            county_name(county.election.id), Ed25519PrivateKey.from_private_bytes(read_seed(home.keys / "county.key"))
        )
        opener = Opener(X25519PrivateKey.from_private_bytes(read_seed(home.keys / "ballot.key")))

        def failed(error: BaseException) -> None:
            raise error

        fence = None if store.postgres else Alone()
        writer = Writer(store, rebuilt, opener=opener, signer=signer, metrics=Metrics(), fatal=failed, fence=fence)
        writer.settle()
        done: Imported = import_file(path, _process(writer))
    finally:
        store.close()
    return done.to_json()


def _process(writer: Writer) -> Callable[[Sequence[Received]], Answers]:
    def deliver(envelopes: Sequence[Received]) -> Answers:
        found: list[Answers | Exception] = []
        writer.process([Deliver(envelopes, found.append, time.monotonic())])
        return _answers(found)

    return deliver
