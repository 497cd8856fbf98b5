"""The honest record and every dishonest change of it: the stated check gives the stated code.

Serves [CHAIN-1] to [CHAIN-7], [RUN-1], [FIX-1], [STATE-1], [STAND-1], [SEAL-2] and their kin through one table.
Each change is signed again by whoever signed the record, so only the rule itself can notice it.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.verifier.conftest import Codes, Run
from tests.verifier.maker import PAPER, Maker
from tests.verifier.profiles import profile
from tests.verifier.signing import (
    ZERO,
    again,
    fields_of,
    hash_of,
    labels_of,
    note,
    public,
    sha,
    sign_text,
    text_of,
    tree,
)

Change = Callable[[list[bytes]], list[bytes]]


def at(entries: list[bytes], kind: str, nth: int = 0) -> int:
    return [i for i, entry in enumerate(entries) if entry.startswith(f"changpiao/v1 {kind}\n".encode())][nth]


def changed(kind: str, nth: int = 0, **fields: Any) -> Change:
    """One record with other fields, signed again."""

    def change(entries: list[bytes]) -> list[bytes]:
        i = at(entries, kind, nth)
        return [*entries[:i], again(entries[i], **fields), *entries[i + 1 :]]

    return change


def edited(kind: str, edit: Callable[[dict[str, Any]], None], nth: int = 0) -> Change:
    def change(entries: list[bytes]) -> list[bytes]:
        i = at(entries, kind, nth)
        fields = fields_of(entries[i])
        edit(fields)
        signed = note(kind, fields, labels_of(entries[i]))
        return [*entries[:i], signed, *entries[i + 1 :]]

    return change


def signed_by(kind: str, labels: list[str], nth: int = 0) -> Change:
    def change(entries: list[bytes]) -> list[bytes]:
        i = at(entries, kind, nth)
        return [*entries[:i], sign_text(text_of(entries[i]), labels), *entries[i + 1 :]]

    return change


def without(kind: str, nth: int = 0) -> Change:
    def change(entries: list[bytes]) -> list[bytes]:
        i = at(entries, kind, nth)
        return entries[:i] + entries[i + 1 :]

    return change


def after(kind: str, make: Callable[[list[bytes]], bytes]) -> Change:
    """One more record right behind another."""
    return lambda entries: [*entries[: at(entries, kind) + 1], make(entries), *entries[at(entries, kind) + 1 :]]


def plus(place: int, amount: int = 1, name: str = "figures") -> Callable[[dict[str, Any]], None]:
    def edit(fields: dict[str, Any]) -> None:
        fields[name][place] += amount

    return edit


def inner(*path: Any, value: Any) -> Callable[[dict[str, Any]], None]:
    def edit(fields: dict[str, Any]) -> None:
        target: Any = fields
        for step in path[:-1]:
            target = target[step]
        target[path[-1]] = value

    return edit


def after_close(entries: list[bytes]) -> bytes:
    close = entries[at(entries, "close")]
    fields = fields_of(close)
    box = fields_of(entries[at(entries, "box")])
    return note("box", {**box, "seq": fields["seq"] + 1, "prev": hash_of(close)}, ["v1/a", "v1/jian"])


def opened_again(entries: list[bytes]) -> bytes:
    """Another `open` where the first box was [CHAIN-4]."""
    opened = fields_of(entries[6])
    return note("open", {**opened, "seq": 1, "prev": hash_of(entries[6])}, labels_of(entries[6]))


def not_opened(entries: list[bytes]) -> bytes:
    """A box as the first record of a chain [CHAIN-4]."""
    return again(entries[7], seq=0, prev=ZERO)


def nothing_new(entries: list[bytes]) -> bytes:
    """Standings over the last standings record alone [STAND-3]."""
    last = fields_of(entries[-1])
    size, root = len(entries), tree([sha(b"\0", entry) for entry in entries])
    return again(entries[-1], seq=last["seq"] + 1, prev=hash_of(entries[-1]), size=size, root=root.hex())


def below_the_threshold(fields: dict[str, Any]) -> None:
    """Opens a person with one vote where three are needed; everything else adds up [STATE-5]."""
    entries = [["a", 2, "赵六", "22" * 16]]
    fields["persons"].append({"contest": "chief", "entries": entries, "name": "赵六", "votes": 1})
    fields["rest"] = []


def names_of_nobody(entries: list[bytes]) -> bytes:
    """A names record of the unit without written-in votes."""
    stated = entries[at(entries, "statement")]
    nobody = {
        "chain": "u/v2",
        "persons": [],
        "rest": [],
        "seq": 1,
        "prev": hash_of(stated),
        "statement": hash_of(stated),
    }
    return note("names", {**fields_of(entries[at(entries, "names")]), **nobody}, ["v2/chair"])


def in_two_parts(entries: list[bytes], first_rest: list[list[Any]]) -> list[bytes]:
    """The opened names in two parts, the first with a rest of its own; the standings over them are left out."""
    i = at(entries, "names")
    whole = fields_of(entries[i])
    one = again(entries[i], parts=2, rest=first_rest)
    two = again(entries[i], part=2, parts=2, persons=[], seq=whole["seq"] + 1, prev=hash_of(one))
    return [*entries[:i], one, two, *entries[i + 1 : -1]]


def receipt_of(entries: list[bytes]) -> bytes:
    fields = {
        "chain": "s/v1/a",
        "election": hash_of(entries[0]),
        "epoch": 1,
        "from": 0,
        "head": ZERO,
        "time": 1,
        "to": 0,
    }
    return note("receipt", fields, ["county"])


def swapped(entries: list[bytes]) -> list[bytes]:
    """The signatures of one batch under the text of another version of it."""
    i = at(entries, "batch")
    text = text_of(again(entries[i], evidence=[ZERO]))
    return [*entries[:i], text + b"\n" + entries[i].split(b"\n\n")[-1], *entries[i + 1 :]]


def small(entries: list[bytes]) -> list[bytes]:
    """49 papers where the unit has another batch [CUT-2]."""
    i = at(entries, "batch", 1)
    fields = fields_of(entries[i])
    figures = [49 if value == 50 else value for value in fields["figures"]]
    return [*entries[:i], again(entries[i], figures=figures, running=figures), *entries[i + 1 :]]


TABLE: list[tuple[str, Change, str]] = [
    # links [CHAIN-1], [CHAIN-2], [CHAIN-3], [CHAIN-4], [CHAIN-5], [CHAIN-6], [CHAIN-7]
    ("another election", changed("batch", election=ZERO), "S3 E_ELECTION"),
    ("a leap", without("box"), "S3 E_GAP"),
    ("two for one place", lambda e: [*e, again(e[at(e, "batch")], evidence=[ZERO])], "S3 E_FORK"),
    ("wrong prev", changed("batch", prev="1" * 64), "S3 E_CHAIN"),
    ("no open", changed("box", seq=0, prev=ZERO), "S3 E_FORK"),
    ("open twice", lambda e: [*e[:7], opened_again(e), *e[8:]], "S3 E_NONZERO"),
    ("a batch before open", lambda e: [*e[:6], not_opened(e), *e[7:]], "S3 E_NONZERO"),
    ("a box after close", lambda e: [*e, after_close(e)], "S3 E_CLOSED"),
    ("an unknown station", changed("open", chain="s/v1/zz"), "S3 E_UNKNOWN_CHAIN"),
    ("an unknown unit", changed("statement", chain="u/v9"), "S3 E_UNKNOWN_CHAIN"),
    ("epoch 2", changed("box", epoch=2), "S3 E_EPOCH"),
    ("a foreign layout", changed("batch", layout="M"), "S4 E_LAYOUT"),
    ("a foreign box", changed("box", box="box-b"), "S4 E_UNKNOWN_BOX"),
    ("an old unit note", changed("open", unit_note=ZERO), "S4 E_MANIFEST"),
    ("an absent official", changed("open", officials=["nobody"]), "S4 E_MANIFEST"),
    # order of the log and the manifest [LOG-2], [LOG-3], [LOG-4], [SEAL-1], [SEAL-3], [SEAL-4], [SEAL-5]
    ("the same twice", lambda e: [*e, e[at(e, "batch")]], "S2 E_DUP"),
    ("two records swapped", lambda e: [*e[:6], e[7], e[6], *e[8:]], "S3 E_GAP"),
    ("a receipt in the log", lambda e: [*e, receipt_of(e)], "S2 E_KIND"),
    ("a kind of later days", lambda e: [*e, sign_text(b"changpiao/v1 recount\n{}\n", ["county"])], "S2 E_KIND"),
    ("a late unit", lambda e: [*e[:4], e[6], e[4], e[5], *e[7:]], "S2 E_ORDER"),
    ("a unit left out", without("unit", 1), "S2 E_ORDER"),
    ("a roster after its unit note", lambda e: [*e[:4], again(e[1], station="z"), *e[4:]], "S2 E_ORDER"),
    ("a second election", lambda e: [*e, again(e[0], title="另一场")], "S2 E_ORDER"),
    ("a roster that is not cited", changed("roster", station="c"), "S4 E_MANIFEST"),
    ("one key for two people", edited("roster", inner("officials", 0, "key", value=public("v1/ji"))), "S4 E_MANIFEST"),
    ("one key for two stations", changed("roster", 2, station_key=public("v1/a")), "S4 E_MANIFEST"),
    ("a version that leaps", changed("unit", version=2), "S4 E_MANIFEST"),
    ("a weak key", changed("roster", station_key="00" * 32), "A4 E_WEAK_KEY"),
    ("a key off the curve", edited("roster", inner("officials", 1, "key", value="02" + "00" * 31), 1), "A4 E_WEAK_KEY"),
    # signers [SIGN-1], [SIGN-2], [SIGN-3], [SIGN-4], [KEY-2], [KEY-3]
    ("a unit signed by another", signed_by("unit", ["county"]), "A3 E_SIGNERS"),
    ("no scrutineer", signed_by("batch", ["v1/a"]), "A3 E_SIGNERS"),
    ("wrong order", signed_by("batch", ["v1/jian", "v1/a"]), "A3 E_SIGNERS"),
    ("one too many", signed_by("batch", ["v1/a", "v1/jian", "v1/ji"]), "A3 E_SIGNERS"),
    ("another station", signed_by("batch", ["v1/b", "v1/jian"]), "A3 E_SIGNERS"),
    ("no chair", signed_by("statement", ["authority"]), "A3 E_SIGNERS"),
    ("a signature of another text", swapped, "A3 E_SIG"),
    # figures [FIG-1], [FIG-2], [RUN-1], [RUN-2], [NAME-1], [NAME-2]
    ("figures too short", edited("batch", lambda f: f["figures"].pop()), "I2 E_FIGURES"),
    ("figures that do not add up", edited("batch", plus(2)), "I2 E_SUM"),
    ("a vote too many", edited("batch", plus(13)), "I2 E_SUM"),
    ("running off by one", edited("batch", plus(13, name="running")), "I3 E_RUNNING"),
    ("running of a correction", edited("correction", plus(1, name="running")), "I3 E_RUNNING"),
    ("an unknown register number", changed("batch", table=[1, 3]), "I2 E_NAMES"),
    ("a new name not in table", changed("batch", table=[1], write_ins=[[0, 1, 7]]), "I2 E_NAMES"),
    ("write-ins that do not add up", changed("batch", write_ins=[[0, 1, 5], [0, 2, 1]]), "I2 E_SUM"),
    ("a small batch", small, "I6 E_PRIVACY"),
    # corrections, voids, closing [FIX-1], [FIX-2], [CLOSE-1], [CLOSE-2]
    ("a target that is none", changed("correction", target=ZERO), "I4 E_TARGET"),
    ("an effect off by one", edited("correction", plus(0, name="effect")), "I4 E_EFFECT"),
    ("a void of less", edited("void", plus(0, name="effect")), "I4 E_EFFECT"),
    ("batches of close", changed("close", batches=7), "I5 E_TOTAL"),
    ("write-ins of close", changed("close", write_ins=[]), "I5 E_TOTAL"),
    ("joined with nobody", changed("close", joined_to=[["L", "zz"]]), "S3 E_UNKNOWN_CHAIN"),
    ("joined for another paper", changed("close", joined_from=[["M", "b"]]), "S4 E_LAYOUT"),
    ("a finding left out", changed("close", findings=[]), "I5 E_FINDING"),
    # statement and names [STATE-1], [STATE-2], [STATE-3], [STATE-4], [STATE-5]
    ("another head", edited("statement", inner("closes", 0, 3, value=ZERO)), "I5 E_HEAD"),
    ("a total of the statement", edited("statement", inner("totals", 0, 1, 0, value=31)), "I5 E_TOTAL"),
    ("votes of a person", edited("names", inner("persons", 0, "votes", value=9)), "I5 E_NAMES"),
    ("a name not committed", edited("names", inner("persons", 0, "entries", 0, 2, value="王六")), "I5 E_NAMES"),
    (
        "an entry twice",
        edited("names", lambda f: f["persons"][0]["entries"].append(f["persons"][0]["entries"][0])),
        "I5 E_NAMES",
    ),
    ("another rest", changed("names", rest=[]), "I5 E_NAMES"),
    ("a person of no contest", edited("names", inner("persons", 0, "contest", value="zz")), "S4 E_LAYOUT"),
    ("a person below the threshold", edited("names", below_the_threshold), "I5 E_NAMES"),
    ("names of nobody", after("statement", names_of_nobody), "I5 E_NAMES"),
    ("parts with two rests", lambda e: in_two_parts(e, [["chief", 9]]), "I5 E_NAMES"),
    ("a part that leaps", changed("names", part=2, parts=2), "I5 E_NAMES"),
    ("names of another statement", changed("names", statement=ZERO), "I5 E_NAMES"),
    # standings [STAND-1], [STAND-2], [STAND-3], [STAND-4]
    ("a root that is none", changed("standings", root=ZERO), "S5 E_STANDINGS"),
    ("a size to come", changed("standings", size=99), "S5 E_STANDINGS"),
    ("totals of standings", edited("standings", inner("totals", "papers", value=1), 1), "S5 E_TOTAL"),
    ("results of standings", changed("standings", 2, results=ZERO), "S5 E_TOTAL"),
    ("standings of another election", changed("standings", election=ZERO), "S3 E_ELECTION"),
    ("standings of nothing new", lambda e: [*e, nothing_new(e)], "S5 E_STANDINGS"),
    ("standings that do not rise", changed("standings", 1, size=12), "S5 E_STANDINGS"),
    ("standings of the station", signed_by("standings", ["v1/a"]), "A3 E_SIGNERS"),
    # spelling [JSON-1] to [JSON-4], [NOTE-1], [NOTE-2], [KIND-1], [KIND-2], [KIND-3], [IDENT-1], [IDENT-2], [CONV-2]
    ("a field too many", changed("box", more=1), "I1 E_UNKNOWN_FIELD"),
    ("a field too few", edited("box", lambda f: f.pop("time")), "I1 E_FIELD"),
    ("papers to the second", changed("batch", time=601), "I1 E_FIELD"),
    ("a chain of another kind", changed("statement", chain="s/v1/a"), "I1 E_FIELD"),
    ("an id with a space", changed("box", box="a b"), "I1 E_FIELD"),
    ("a negative count", changed("box", collected=-1), "I1 E_RANGE"),
    ("nine hashes of evidence", changed("batch", evidence=[ZERO] * 9), "I1 E_LIMIT"),
    ("a name with a direction mark", changed("unit", name="a\u202eb"), "I1 E_NAME"),
    ("a rehearsal passed as real", lambda e: [again(e[0], test=False), *e[1:]], "S4 E_TEST"),
]


@pytest.mark.parametrize(("what", "change", "expected"), TABLE, ids=[row[0] for row in TABLE])
def test_a_change_signed_by_its_own_people_is_still_found(
    what: str, change: Change, expected: str, maker: Maker, tmp_path: Path, codes: Codes
) -> None:
    """The whole log is published again, checkpoint and all: only the rules can notice."""
    maker.publish(tmp_path, change(list(maker.entries)))
    code, found = codes(tmp_path)
    assert code == 1, what
    assert expected in found


def test_the_untouched_record_is_verified(honest: Path, run: Run, codes: Codes) -> None:
    """[VERIFY-1], [VERIFY-4]: and says that it is a rehearsal."""
    assert codes(honest / "pub", "--ballots", honest / "sealed") == (0, set())
    code, out, err = run("verify", honest / "pub", "--key", honest / "key")
    assert (code, err) == (0, "")
    assert "核验通过 VERIFIED （演练 rehearsal）" in out
    assert "does not prove that the paper was counted honestly" in out


def test_several_processes_say_the_same(honest: Path, codes: Codes) -> None:
    assert codes(honest / "pub", "--processes", 2, "--ballots", honest / "sealed") == (0, set())


@pytest.mark.parametrize("processes", [1, 2])
def test_one_fault_is_found_by_any_number_of_processes(
    processes: int, maker: Maker, tmp_path: Path, codes: Codes
) -> None:
    """[SEAL-4] holds over the whole election, so also between units that different processes read."""
    maker.publish(tmp_path, changed("roster", 2, station_key=public("v1/a"))(list(maker.entries)))
    assert "S4 E_MANIFEST" in codes(tmp_path, "--processes", processes)[1]


def test_what_is_not_finished_is_incomplete(maker: Maker, tmp_path: Path, codes: Codes) -> None:
    """C3, C4, C5: every prefix of the log after the manifest and before the last determination is not final."""
    for size in range(7, at(maker.entries, "determination", 1) + 1):
        maker.publish(tmp_path / str(size), maker.entries[:size])
        code, found = codes(tmp_path / str(size))
        assert (code, found - {"C3 MISSING", "C4 NOT_FINAL", "C5 NOT_FINAL"}) == (2, set()), size


def test_a_correction_after_the_statement_makes_it_stale(maker: Maker, tmp_path: Path, codes: Codes) -> None:
    """[CHAIN-7], C4: the correction is allowed, the statement no longer final."""
    entries = maker.entries
    old = fields_of(entries[at(entries, "correction")])
    close = fields_of(entries[at(entries, "close")])
    same = [0] * PAPER
    late = {**old, "seq": close["seq"] + 1, "prev": hash_of(entries[at(entries, "close")]), "effect": same}
    maker.publish(tmp_path, [*entries, note("correction", late, ["v1/a", "v1/jian"])])
    assert codes(tmp_path) == (2, {"C4 NOT_FINAL"})


def test_other_units_than_were_sealed(tmp_path: Path, codes: Codes) -> None:
    """[SEAL-2]: the ids of the unit notes are not those under the sealed root."""
    Maker(units_root=ZERO).story().publish(tmp_path)
    assert codes(tmp_path) == (1, {"C2 E_MANIFEST_ROOT"})


def test_names_in_two_parts(maker: Maker, tmp_path: Path, codes: Codes) -> None:
    """[STATE-3], C4: final only when the last part is there."""
    entries = in_two_parts(maker.entries, [["chief", 1]])
    maker.publish(tmp_path / "whole", entries)
    assert codes(tmp_path / "whole") == (0, set())
    maker.publish(tmp_path / "half", entries[: at(entries, "names") + 1])
    assert codes(tmp_path / "half") == (2, {"C4 NOT_FINAL"})


def test_a_profile_that_opens_all_names(tmp_path: Path, codes: Codes) -> None:
    """[STATE-5]: with `names.full` nothing may be left unopened."""
    Maker(body=profile(elected__base="valid", names__full=True)).story().publish(tmp_path)
    code, found = codes(tmp_path)
    assert (code, "I5 E_NAMES" in found) == (1, True)
