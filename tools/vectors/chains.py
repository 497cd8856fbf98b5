"""Area `chain`, records of the chains: every rule of spec/3 broken once in a log where all else is right.

The log is the small county of tests/world.py; what follows the broken record is left out.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from tests.vectors.replay import replay
from tools.vectors.forge import changed, county, find, hash_hex, parts, sign, text_of
from tools.vectors.form import Json, Vector, bad, good, set_
from tools.vectors.manifest_records import Faults
from tools.vectors.stories import STORIES

FLIP = "f" * 64


def log(entries: Sequence[bytes]) -> dict[str, list[str]]:
    """The input of the area."""
    return {"entries_hex": [note.hex() for note in entries]}


def accepted(what: str, comment: str, entries: Sequence[bytes]) -> Vector:
    """A log that must be accepted."""
    return good("chain", f"good-{what}", comment, log(entries), {"heads": replay(entries).heads()})


def broken(what: str, comment: str, entries: Sequence[bytes], code: str) -> Vector:
    """A log whose last entry breaks a rule."""
    return bad("chain", what, comment, log(entries), code)


def raise_by(name: str, *places: int, by: int = 1) -> Callable[[Json], Any]:
    """Add to some integers of a list."""

    def change(body: Json) -> None:
        for place in places:
            body[name][place] += by

    return change


def both(*changes: Callable[[Json], Any]) -> Callable[[Json], Any]:
    """Several changes that make one fault."""
    return lambda body: [change(body) for change in changes]


LINKS: Faults = (
    ("election", "a record of another election", set_(election=FLIP), "E_ELECTION"),
    ("gap", "a record is missing before it", lambda b: b.update(seq=b["seq"] + 1), "E_GAP"),
    ("prev", "it cites another record", set_(prev=FLIP), "E_CHAIN"),
    ("prev-zero", "it cites nothing", set_(prev="0" * 64), "E_CHAIN"),
    ("unknown-unit", "a unit that nobody sealed", set_(chain="s/v9/1"), "E_UNKNOWN_CHAIN"),
    ("unknown-station", "a station that nobody sealed", set_(chain="s/v1/9"), "E_UNKNOWN_CHAIN"),
)
OPEN: Faults = (
    ("open-unit-note", "a unit note that is not in the log", set_(unit_note=FLIP), "E_MANIFEST"),
    ("open-roster", "a roster that the unit note does not cite", set_(roster=FLIP), "E_MANIFEST"),
    (
        "open-officials-unknown",
        "a person who is not in the roster",
        lambda b: b["officials"].append("nobody"),
        "E_MANIFEST",
    ),
    ("open-officials-order", "officials out of roster order", lambda b: b["officials"].reverse(), "E_MANIFEST"),
)
BOX: Faults = (
    ("box-unknown", "a box that nobody sealed", set_(box="box-9"), "E_UNKNOWN_BOX"),
    ("box-of-other-station", "another station's box", set_(box="box-2"), "E_UNKNOWN_BOX"),
)
# places in village figures: papers 0, chair: valid 1 blank 2 over 3, a approve 13 abstain 16, b approve 17 abstain 20
BATCH: Faults = (
    ("batch-layout", "a paper that the unit does not have", set_(layout="other"), "E_LAYOUT"),
    (
        "batch-figures-short",
        "figures of another paper",
        both(lambda b: b["figures"].pop(), lambda b: b["running"].pop()),
        "E_FIGURES",
    ),
    (
        "batch-figures-long",
        "one integer too many",
        both(lambda b: b["figures"].append(0), lambda b: b["running"].append(0)),
        "E_FIGURES",
    ),
    ("batch-sum-papers", "a paper more than the sums", both(raise_by("figures", 0), raise_by("running", 0)), "E_SUM"),
    (
        "batch-sum-candidate",
        "an approval out of nothing",
        both(raise_by("figures", 13), raise_by("running", 13)),
        "E_SUM",
    ),
    ("batch-running", "one running total is one too high", raise_by("running", 13), "E_RUNNING"),
    ("batch-running-papers", "one paper more than counted", raise_by("running", 0), "E_RUNNING"),
    (
        "batch-running-pair",
        "two changes that balance each other",
        both(raise_by("running", 13), raise_by("running", 17, by=-1)),
        "E_RUNNING",
    ),
    (
        "batch-running-restarted",
        "running figures that forget the batch before",
        lambda b: b.update(running=b["figures"]),
        "E_RUNNING",
    ),
    (
        "batch-names-table",
        "a new name is not in the table",
        both(set_(table=[1]), set_(write_ins=[[0, 1, 4], [1, 1, 4]])),
        "E_NAMES",
    ),
    ("batch-names-beyond", "a number beyond the register", set_(table=[1, 2, 3]), "E_NAMES"),
    (
        "batch-names-not-in-table",
        "votes for a number that is not in the table",
        both(set_(names=[]), set_(table=[])),
        "E_NAMES",
    ),
    ("batch-write-ins-sum", "names have fewer votes than `written`", set_(write_ins=[[0, 1, 3], [1, 2, 4]]), "E_SUM"),
    ("batch-write-ins-missing", "no name for written-in votes", set_(write_ins=[]), "E_SUM"),
    (
        "batch-write-ins-contest",
        "a contest that the paper does not have",
        set_(write_ins=[[0, 1, 4], [1, 2, 4], [2, 1, 1]]),
        "E_LAYOUT",
    ),
)


def _void_deputies(body: Json) -> None:
    """The effect takes the only deputies' batch of the station away, under the target of another paper's batch."""
    figures = parts(county()[find(county(), "batch", 5)])[1]["figures"]
    body.update(layout="deputies", effect=[-value for value in figures], running=[0] * len(figures), write_ins=[])


VOID: Faults = (
    ("void-target-hash", "the hash of no batch", set_(target=FLIP), "E_TARGET"),
    ("void-target-seq", "the place of another batch", set_(target_seq=2), "E_TARGET"),
    ("void-target-box", "not a batch", set_(target_seq=1), "E_TARGET"),
    ("void-target-ahead", "a place that does not exist yet", set_(target_seq=99), "E_TARGET"),
    (
        "void-layout",
        "another paper than the batch's",
        _void_deputies,
        "E_TARGET",
    ),
    ("void-effect", "one vote is left behind", both(raise_by("effect", 13), raise_by("running", 13)), "E_EFFECT"),
    ("void-write-ins", "the names' votes stay", set_(write_ins=[]), "E_EFFECT"),
    ("void-write-ins-zero", "a vote of a name stays", lambda b: b["write_ins"][0].__setitem__(2, 0), "E_EFFECT"),
    ("void-running", "the running total does not follow", raise_by("running", 13), "E_RUNNING"),
    (
        "void-effect-short",
        "figures of another paper",
        both(lambda b: b["effect"].pop(), lambda b: b["running"].pop()),
        "E_FIGURES",
    ),
)
CORRECTION: Faults = (
    ("correction-target", "the hash of no batch", set_(target=FLIP), "E_TARGET"),
    ("correction-target-void", "a batch that was taken back", set_(target_seq=3), "E_TARGET"),
    (
        "correction-effect",
        "an effect that is not the difference",
        both(raise_by("effect", 13), raise_by("running", 13)),
        "E_EFFECT",
    ),
    ("correction-running", "the running total does not follow", raise_by("running", 13), "E_RUNNING"),
    (
        "correction-sum",
        "restated figures that do not add up",
        both(raise_by("figures", 13), raise_by("effect", 13), raise_by("running", 13)),
        "E_SUM",
    ),
    ("correction-layout", "a paper that the unit does not have", set_(layout="other"), "E_LAYOUT"),
)
CLOSE: Faults = (
    (
        "close-running",
        "a total is one too high",
        lambda b: b["running"][0][1].__setitem__(13, b["running"][0][1][13] + 1),
        "E_TOTAL",
    ),
    ("close-running-missing", "a paper is missing", lambda b: b["running"].pop(), "E_TOTAL"),
    ("close-running-order", "papers out of unit order", lambda b: b["running"].reverse(), "E_TOTAL"),
    ("close-batches", "one batch more", lambda b: b.update(batches=b["batches"] + 1), "E_TOTAL"),
    ("close-names", "one name more", lambda b: b.update(names=b["names"] + 1), "E_TOTAL"),
    ("close-write-ins", "a name has one vote more", lambda b: b["write_ins"][0].__setitem__(2, 5), "E_TOTAL"),
    ("close-write-ins-missing", "no names", set_(write_ins=[]), "E_TOTAL"),
    ("close-finding-missing", "a finding was left out", set_(findings=[]), "E_FINDING"),
    (
        "close-finding-more",
        "a finding that nothing gives",
        set_(findings=["F_BALANCE", "F_VALID_INVALID"]),
        "E_FINDING",
    ),
    ("close-joined-layout", "joined with a paper that does not exist", set_(joined_from=[["other", "2"]]), "E_LAYOUT"),
)
STATEMENT: Faults = (
    ("statement-unit-note", "another unit note", set_(unit_note=FLIP), "E_HEAD"),
    ("statement-head-seq", "another place of the head", lambda b: b["closes"][0].__setitem__(2, 0), "E_HEAD"),
    ("statement-close-seq", "another place of the `close`", lambda b: b["closes"][0].__setitem__(1, 0), "E_HEAD"),
    ("statement-head", "another head", lambda b: b["closes"][0].__setitem__(3, FLIP), "E_HEAD"),
    ("statement-station-missing", "a station is missing", lambda b: b["closes"].pop(), "E_HEAD"),
    ("statement-station-order", "stations out of order", lambda b: b["closes"].reverse(), "E_HEAD"),
    (
        "statement-totals",
        "a total is one too high",
        lambda b: b["totals"][0][1].__setitem__(13, b["totals"][0][1][13] + 1),
        "E_TOTAL",
    ),
    ("statement-totals-missing", "a paper is missing", lambda b: b["totals"].pop(), "E_TOTAL"),
)
NAMES: Faults = (
    ("names-statement", "another statement", set_(statement=FLIP), "E_NAMES"),
    ("names-part", "the second part first", set_(part=2, parts=2), "E_NAMES"),
    (
        "names-salt",
        "a salt that does not open the commitment",
        lambda b: b["persons"][0]["entries"][0].__setitem__(3, "0" * 32),
        "E_NAMES",
    ),
    (
        "names-name",
        "a name that was not written",
        lambda b: b["persons"][0]["entries"][0].__setitem__(2, "王小三"),
        "E_NAMES",
    ),
    (
        "names-number",
        "a number beyond the register",
        lambda b: b["persons"][0]["entries"][0].__setitem__(1, 9),
        "E_NAMES",
    ),
    (
        "names-station",
        "a station that the unit does not have",
        lambda b: b["persons"][0]["entries"][0].__setitem__(0, "9"),
        "E_NAMES",
    ),
    ("names-votes", "one vote more", lambda b: b["persons"][0].update(votes=b["persons"][0]["votes"] + 1), "E_NAMES"),
    ("names-twice", "a person opened twice", lambda b: b["persons"].append(b["persons"][0]), "E_NAMES"),
    ("names-rest", "votes of nobody", set_(rest=[["chair", 1]]), "E_NAMES"),
    (
        "names-left-out",
        "a person with enough votes is hidden without being in `rest`",
        lambda b: b["persons"].pop(),
        "E_NAMES",
    ),
)


def _edited(entries: Sequence[bytes], kind: str, nth: int, faults: Faults) -> Iterator[Vector]:
    at = find(entries, kind, nth)
    for what, comment, change, code in faults:
        yield broken(what, comment, [*entries[:at], changed(entries[at], change)], code)


def _signers(entries: Sequence[bytes]) -> Iterator[Vector]:
    at = find(entries, "batch", 1)
    kind, body, names = parts(entries[at])
    text = text_of(kind, body)
    station, official = names
    unit = "changpiao/county-test/v1/"
    for what, comment, who in (
        ("station-missing", "the station's line is missing", [official]),
        ("official-missing", "the official's line is missing", [station]),
        ("order", "the station signs first", [official, station]),
        ("twice", "a line twice", [station, official, official]),
        ("additional", "one person more than the profile names", [station, unit + "chief_scrutineer-1", official]),
        ("wrong-role", "a person of another role", [station, unit + "chair-1"]),
        ("other-station", "the other station signs", [unit + "2", official]),
        ("other-station-official", "an official of the other station", [station, unit + "scrutineer-2"]),
        ("authority", "the authority signs no batch", [station, "changpiao/county-test/authority"]),
        ("unknown", "a key that nobody knows", [station, unit + "nobody"]),
    ):
        yield broken(f"signers-{what}", comment, [*entries[:at], sign(text, who)], "E_SIGNERS")
    right = sign(text, names).decode()
    head, _, lines = right.rpartition("\n\n")
    first, second = lines.splitlines()
    renamed = first.replace(station + " ", "changpiao/county-test/v1/2 ")
    for what, comment, some, code in (
        ("key-id", "the right name over another key's id", [renamed, second], "E_SIGNERS"),
        ("grease", "a record tolerates no line of nobody", [first, second, "— grease AAAAAAECAwQ="], "E_SIGNERS"),
    ):
        note = (head + "\n\n" + "".join(line + "\n" for line in some)).encode()
        yield broken(f"signers-{what}", comment, [*entries[:at], note], code)
    other = sign(text_of(kind, {**body, "time": body["time"] + 600}), names).decode().rpartition("\n\n")[2]
    for what, comment, tail in (
        ("other-text", "signatures of another text", other),
        ("second-line", "one good and one bad signature", first + "\n" + other.splitlines()[1] + "\n"),
    ):
        yield broken(f"sig-{what}", comment, [*entries[:at], (head + "\n\n" + tail).encode()], "E_SIG")
    last = find(entries, "statement")
    kind, body, names = parts(entries[last])
    for what, comment, who in (
        ("committee-missing", "a member is missing", names[:1]),
        ("committee-order", "members out of order", names[::-1]),
        ("committee-station", "a station signs no statement", [unit + "1", *names]),
    ):
        yield broken(f"signers-{what}", comment, [*entries[:last], sign(text_of(kind, body), who)], "E_SIGNERS")


def _places(entries: Sequence[bytes]) -> Iterator[Vector]:
    first = find(entries, "open")
    close = find(entries, "close")
    yield broken(
        "nonzero",
        "a chain that begins with a box",
        [*entries[:first], changed(entries[first + 1], set_(seq=0, prev="0" * 64))],
        "E_NONZERO",
    )
    second = changed(entries[first], lambda b: b.update(seq=1, prev=hash_hex(entries[first]), nonce="0" * 12))
    yield broken("open-twice", "a second `open`", [*entries[: first + 1], second], "E_NONZERO")
    fork = changed(entries[first + 1], set_(time=1_790_000_999))
    yield broken("fork", "two different records for one place", [*entries[: first + 2], fork], "E_FORK")
    yield broken("fork-old", "a second record for an old place", [*entries[:close], fork], "E_FORK")
    yield broken("dup", "the same record twice", [*entries[: first + 2], entries[first + 1]], "E_DUP")
    again = sign(entries[first + 1].rpartition(b"\n\n")[0] + b"\n", parts(entries[first + 1])[2][::-1])
    yield broken("dup-other-lines", "the same record under other lines", [*entries[: first + 2], again], "E_DUP")
    yield broken(
        "left-out",
        "a record is missing in the middle",
        [*entries[: first + 2], *entries[first + 3 : first + 4]],
        "E_GAP",
    )
    yield broken(
        "order-in-chain", "two records of a chain swapped", [*entries[: first + 1], entries[first + 2]], "E_GAP"
    )
    head = hash_hex(entries[close])
    seq = parts(entries[close])[1]["seq"] + 1
    for kind, at in (("box", first + 1), ("batch", first + 2)):
        late = changed(entries[at], set_(seq=seq, prev=head))
        yield broken(f"closed-{kind}", f"a {kind} after `close`", [*entries[: close + 1], late], "E_CLOSED")
    again = changed(entries[close], set_(seq=seq, prev=head))
    yield broken("closed-close", "a second `close`", [*entries[: close + 1], again], "E_CLOSED")
    early = find(entries, "statement")
    yield broken("statement-early", "a station has not closed", [*entries[: close + 1], entries[early]], "E_HEAD")
    names = changed(entries[find(entries, "names")], set_(seq=0, prev="0" * 64))
    yield broken("names-before-statement", "names without a statement", [*entries[:early], names], "E_STATE")
    after = find(entries, "names")
    more = changed(entries[after], set_(seq=2, prev=hash_hex(entries[after])))
    yield broken("names-again", "names after the last part", [*entries[: after + 1], more], "E_NAMES")


def vectors() -> Iterator[Vector]:
    """Logs that are right, and logs that break one rule."""
    entries = county()
    yield accepted("county", "a whole election: batches, void, correction, closes, statements, names", entries)
    yield accepted("sealed", "nothing but the sealed election", entries[: find(entries, "open")])
    yield accepted("counting", "some chains are open", entries[: find(entries, "void")])
    yield accepted("ballot-rule", "an over-vote voids the paper", county(overvote="ballot"))
    yield accepted("real", "a real election is not called test", county(id="county", test=False))
    for what, comment, story, code in STORIES:
        made = story()
        yield broken(what, comment, made, code) if code else accepted(what, comment, made)
    yield from _edited(entries, "batch", 1, LINKS)
    yield from _edited(entries, "open", 0, OPEN)
    yield from _edited(entries, "box", 0, BOX)
    yield from _edited(entries, "batch", 1, BATCH)
    yield from _edited(entries, "void", 0, VOID)
    yield from _edited(entries, "correction", 0, CORRECTION)
    yield from _edited(entries, "close", 0, CLOSE)
    yield from _edited(entries, "statement", 0, STATEMENT)
    yield from _edited(entries, "names", 0, NAMES)
    yield from _signers(entries)
    yield from _places(entries)
