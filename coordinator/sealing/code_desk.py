"""The enrolment desk's two places as one: a sealing folder before `init`, a county's home afterwards.

Before: the list is a file of the folder, requests are whole enrolments, confirming allows sealing. After: the list is
a table, requests are for a certificate, confirming makes it and puts it into the laptop's bundle.
"""

import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from coordinator.access.limits import Limits, read_limits
from coordinator.access.registry import FileRegistry, Registry, TableRegistry
from coordinator.sealing.enrolments import confirm, hosts, take
from coordinator.sealing.problems import Problems
from coordinator.sealing.recertifying import Asked, issue, read_asked, sealed_for
from coordinator.sealing.requests import Handed, Requests, read_file, read_one
from coordinator.settings import CountyError, Home
from coordinator.store.acts import election_note
from coordinator.store.database import Database
from coordinator.store.stores import open_store
from tally_protocol.election.manifest import Election
from tally_protocol.errors import ProtocolError
from tally_protocol.ids import Hash32, is_id
from tally_protocol.record.kinds import decode_record


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a request: `handed` if it could be read, `fault` in both languages if it was refused."""

    file: str
    handed: Handed | None = None
    code: str = ""
    fault: tuple[str, str] = ("", "")


class Desk(Protocol):
    """Where requests are taken and confirmed."""

    election: str
    registry: Registry
    limits: Limits
    folder: Path

    def hosts(self, nodes: list[str]) -> Mapping[str, frozenset[str]]:
        """The chains that each laptop may ask for; `nodes` if only these are wanted."""

    def take(self, data: bytes, name: str) -> Taken:
        """Take one request."""

    def confirm(self, node: str, groups: str) -> Path | None:
        """The six groups of the laptop's screen; gives the certificate's file, if one was made."""

    def ready(self, node: str, digest: bytes) -> Path | None:
        """The laptop's folder, if this request of it is confirmed and there is something to collect."""


def requests_in(desk: Desk) -> Iterator[Taken]:
    """Take every file of `enrolments/`, in the order of names."""
    for path in sorted((desk.folder / "enrolments").glob("*.json")):
        try:
            data = read_file(path)
        except OSError as error:
            yield Taken(path.name, fault=(f"读不出: {error.strerror}", f"cannot be read: {error.strerror}"))
            continue
        yield desk.take(data, path.name)


def _refused(name: str, handed: Handed | None, error: ProtocolError) -> Taken:
    return Taken(name, handed, error.code, (f"{error.code}: {error.found or error.expected or ''}", str(error)))


class SealingDesk:
    """Before sealing."""

    def __init__(self, folder: Path) -> None:
        """Read the election's id; CountyError if there is none."""
        self.folder = folder
        try:
            found = tomllib.loads((folder / "election.toml").read_text("utf-8")).get("id", "")
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise CountyError(
                f"{folder / 'election.toml'} 读不出: {error}", f"{folder / 'election.toml'} cannot be read: {error}"
            ) from None
        if not isinstance(found, str) or not is_id(found):
            where = folder / "election.toml"
            raise CountyError(f"{where}: id 不合规", f"{where}: id: expected an id")
        self.election = found
        self.registry: Registry = FileRegistry(folder)
        self.limits = read_limits(Home(folder))

    def hosts(self, nodes: list[str]) -> Mapping[str, frozenset[str]]:
        """What the tables of the folder give to each laptop."""
        found = hosts(self.folder)
        return {node: found[node] for node in nodes if node in found} if nodes else found

    def take(self, data: bytes, name: str) -> Taken:
        """A whole enrolment: everything in it is checked before its code is tried."""
        problems, requests = Problems(), Requests()
        read_one(data, name, self.election, requests, problems)
        handed = next(iter(requests.handed.values()), None)
        if problems.found or handed is None:
            first = problems.found[0]
            return Taken(name, handed, "", (first.zh, first.en))
        try:
            take(self.registry, self.election, handed)
        except ProtocolError as error:
            return _refused(name, handed, error)
        return Taken(name, handed)

    def confirm(self, node: str, groups: str) -> Path | None:
        """From now on `init` takes the request."""
        confirm(self.registry, node, groups)
        return None

    def ready(self, _node: str, _digest: bytes) -> Path | None:
        """Nothing is made before `init`."""
        return None


class CountyDesk:
    """After sealing."""

    def __init__(self, home: Home, database: Database) -> None:
        """Read the sealed election's id."""
        self._home = home
        self._database = database
        self.folder = home.path
        body = decode_record(election_note(database)).body
        if not isinstance(body, Election):
            raise CountyError("存储中没有选举文件", "the store holds no election")
        self.election = str(body.id)
        self.registry: Registry = TableRegistry(database)
        self.limits = read_limits(home)

    def hosts(self, nodes: list[str]) -> Mapping[str, frozenset[str]]:
        """What the manifest gives to the laptops named; a laptop with nothing is left out."""
        if not nodes:
            raise CountyError("封存以后须逐台指定 --node", "after sealing say which laptops: --node")
        found = {node: frozenset(chain for chain, _ in sealed_for(self._database, node)) for node in nodes}
        return {node: chains for node, chains in found.items() if chains}

    def take(self, data: bytes, name: str) -> Taken:
        """A request for a certificate."""
        try:
            asked = read_asked(data, name, self.election, self._database)
        except ProtocolError as error:
            return _refused(name, None, error)
        try:
            take(self.registry, self.election, asked.handed)
        except ProtocolError as error:
            return _refused(name, asked.handed, error)
        return Taken(name, asked.handed)

    def _asked(self, digest: Hash32) -> Asked:
        for path in sorted((self.folder / "enrolments").glob("*.json")):
            try:
                asked = read_asked(read_file(path), path.name, self.election, self._database)
            except (OSError, ProtocolError):
                continue
            if asked.handed.digest == digest:
                return asked
        where = self.folder / "enrolments"
        raise CountyError(f"{where} 中没有这份申请的文件", f"the request's file is not in {where}")

    def confirm(self, node: str, groups: str) -> Path | None:
        """Make the certificate and put it into the laptop's bundle."""
        laptop = self.registry.state().laptop(node)
        # found before anything is durable: without the file nothing could be made of the confirmation
        asked = self._asked(Hash32(bytes.fromhex(laptop.request or laptop.confirmed))) if laptop.code else None
        confirm(self.registry, node, groups)
        if asked is None:
            return None
        return issue(self._home, self.election, self.registry, asked, self.limits, self.registry.clock())

    def ready(self, node: str, digest: bytes) -> Path | None:
        """The bundle: public notes and a certificate over the laptop's own key."""
        confirmed = self.registry.state().laptop(node).confirmed
        folder = self._home.bundles / node
        return folder if confirmed == digest.hex() and folder.is_dir() else None


@contextmanager
def open_desk(source: Path | None, home: Path | None, url: str) -> Iterator[SealingDesk | CountyDesk]:
    """The desk that the options name; a sealing folder goes before a home that the environment names."""
    if source is not None:
        yield SealingDesk(source)
        return
    if home is None:
        raise CountyError(
            "请给出 --from（封存前）或 --home（封存后）", "say --from (before sealing) or --home (afterwards)"
        )
    place = Home(home)
    database = open_store(place, url)
    try:
        yield CountyDesk(place, database)
    finally:
        database.close()
