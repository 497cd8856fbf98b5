"""Opening the centre: its key, its journal, its first two accounts; and putting the office together for a role.

`first_people` is run once by the administrator on the county's machine. It makes two accounts, an operator and an
authority: one alone could propose and nobody confirm.
"""

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from coordinator.centre.acts import SYSTEM, centre_name
from coordinator.centre.app import make_app
from coordinator.centre.county import CountyView, Silence
from coordinator.centre.credentials import Credentials
from coordinator.centre.gate import Gate
from coordinator.centre.journal import Journal
from coordinator.centre.office import Office
from coordinator.centre.people import AUTHORITY, OPERATOR
from coordinator.centre.printing import Printer
from coordinator.centre.sessions import PERSON, Sessions
from coordinator.ledger.rebuilding import first_election
from coordinator.settings import CountyError, Home, read_seed, write_seed
from coordinator.store import acts as lists
from coordinator.store import centre as rows
from coordinator.store.database import Database
from tally_protocol.election.manifest import Election, Roster
from tally_protocol.ids import Hash32, station_chain
from tally_protocol.record.kinds import decode_record
from tally_protocol.seal.keys import Signer, parse_vkey, vkey

KEY, PUBLIC = "centre.key", "centre.vkey"
FIRST_ROLES = (OPERATOR, AUTHORITY)


@dataclass(frozen=True, slots=True)
class First:
    """An account and its first password, told once."""

    person: str
    role: str
    password: str


def key_file(home: Home) -> Path:
    """Where the centre's key is."""
    return home.keys / KEY


def centre_signer(home: Home, election: str) -> Signer:
    """The centre's key; CountyError if it is missing or readable by others."""
    if not key_file(home).exists():
        raise CountyError(
            f"缺少 {key_file(home)}：先执行 tally-coordinator centre-init",
            f"{key_file(home)} is missing: run tally-coordinator centre-init first",
        )
    return Signer(centre_name(election), Ed25519PrivateKey.from_private_bytes(read_seed(key_file(home))))


def centre_public(home: Home, election: str) -> bytes:
    """The centre's public key, from the file beside the private one: a check needs no secret."""
    path = home.keys / PUBLIC
    if not path.exists():
        return centre_signer(home, election).public
    key = parse_vkey(path.read_text("utf-8").strip())
    if key.name != centre_name(election):
        raise CountyError(f"{path} 属于别的选举", f"{path} is of another election")
    return key.public


def factor_key(home: Home) -> bytes:
    """The key under which secrets of second factors are kept: of the centre's key, for nothing else."""
    return sha256(b"changpiao centre second factors\n" + read_seed(key_file(home))).digest()


def open_journal(
    home: Home, database: Database, clock: Callable[[], float] | None = None
) -> tuple[Journal, Election, Hash32]:
    """The journal of a store's election, checked from its first act."""
    election, digest = first_election(database)
    signer = centre_signer(home, election.id)
    journal = Journal(database, (election.id, digest), signer, *([clock] if clock else []))
    return journal, election, digest


def first_people(
    home: Home, database: Database, people: Mapping[str, str], credentials: Credentials | None = None
) -> list[First]:
    """Make the centre's key and the first accounts (person -> role); CountyError if there are any."""
    election, digest = first_election(database)
    if rows.acts_after(database, 0, 1):
        raise CountyError("工作日志已有内容，不再初始化", "the journal holds acts already; nothing was done")
    if not key_file(home).exists():
        write_seed(key_file(home), secrets.token_bytes(32))
    signer = centre_signer(home, election.id)
    (home.keys / PUBLIC).write_text(vkey_of(signer) + "\n", "utf-8")
    journal = Journal(database, (election.id, digest), signer)
    with journal.acting(SYSTEM) as acting:
        acting.add("started", key=vkey_of(signer))
        for person, role in people.items():
            acting.add("person", person=person, name=person, role=role, units=[])
            acting.add("password", person=person, why="first")
    keeper = credentials or Credentials(database, factor_key(home))
    return [First(person, role, keeper.first(person)) for person, role in people.items()]


def reset_password(home: Home, database: Database, person: str, reason: str) -> str:
    """A new first password by the administrator, who can do anything here: it stands in the journal."""
    journal, _, _ = open_journal(home, database)
    with journal.acting(SYSTEM) as acting:
        if acting.state.people.active(person) is None:
            raise CountyError(f"没有账号 {person}", f"there is no account {person}")
        acting.add("password", person=person, why="administrator", text=reason)
        acting.add("totp", person=person, on=False)
    rows.end_sessions_of(database, person, PERSON)
    return Credentials(database, factor_key(home)).first(person)


def vkey_of(signer: Signer) -> str:
    """The public key under its name."""
    return vkey(signer.name, signer.public)


def laptops_of(database: Database) -> dict[str, str]:
    """Chain -> laptop, from the sealed rosters."""
    found = {}
    for note in lists.manifest_notes(database):
        body = decode_record(note).body
        if isinstance(body, Roster):
            found[str(station_chain(body.unit, body.station))] = str(body.node)
    return found


class Receipts:
    """When each station was last heard of: the time of its newest receipt, by the county's clock."""

    def __init__(self, database: Database) -> None:
        """Nothing is read yet."""
        self._database = database
        self._seqs: dict[str, int] = {}
        self._times: dict[str, int] = {}

    def times(self) -> Mapping[str, int]:
        """Chain -> seconds since 1970."""
        for chain, seq, note in rows.receipts_behind(self._database, self._seqs):
            self._seqs[chain] = seq
            self._times[chain] = int(json.loads(note.split(b"\n", 2)[1])["time"])
        return self._times


def due_of(journal: Journal) -> Callable[[int], Mapping[str, int]]:
    """Whom the plan lets begin, asked of a journal."""

    def due(now: int) -> Mapping[str, int]:
        with journal.reading() as state:
            return state.planning.due(now)

    return due


@dataclass(frozen=True, slots=True)
class Centre:
    """What a role runs."""

    gate: Gate
    office: Office
    view: CountyView
    silence: Silence


def open_centre(
    home: Home, database: Database, seen: Callable[[], Mapping[str, float]], *, secure: bool, silent_after: float,
    proxied: bool = False,
    printer: Printer | None = None,
) -> Centre:
    """The office over a store; CountyError for a damaged journal, a missing key, an endpoint without a policy."""
    journal, election, _ = open_journal(home, database)
    view = CountyView(election)
    silence = Silence(
        view, laptops_of(database), heard=Receipts(database).times, seen=seen, clock=journal.clock, after=silent_after,
        due=due_of(journal),
    )  # fmt: skip
    credentials = Credentials(database, factor_key(home))
    sessions = Sessions(database, journal.clock)
    office = Office(journal, view, silence, credentials, sessions, secure=secure, proxied=proxied)
    office.board_url = printer.link if printer else ""
    return Centre(make_app(office, printer), office, view, silence)
