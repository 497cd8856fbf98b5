"""Records that are signed and linked as they must be, and only the law can notice what is wrong with them.

Serves [DET-1], [DET-2], [DET-3], [STEP-1].
A story is told again with one lie; whoever comes after believes it, so nothing else is broken.
"""

from pathlib import Path
from typing import Any

import pytest

from tests.verifier.conftest import Codes
from tests.verifier.liar import Liar, Told, told
from tests.verifier.maker import Maker
from tests.verifier.profiles import Body, result
from tests.verifier.signing import ZERO, Fields, again, fields_of


def test_the_story_itself(tmp_path: Path, codes: Codes) -> None:
    assert told(tmp_path, codes) == (0, set())


# --- determinations


@pytest.mark.parametrize(
    "lie",
    [
        {"elected": ["c1"]}, {"elected": []}, {"outcome": "supplementary"}, {"sensitive": False}, {"base": "collected"},
        {"base_value": 109},
        {"base_value": 10**10}, {"short": 1}, {"next": ["c1"]}, {"may_stop": True}, {"held": 1}, {"removed": ["c1"]},
        {"runoff": ["c1"]}, {"runoff_seats": 1}, {"next_women": ["c1"]}, {"contest": "other"},
    ],
)  # fmt: skip
def test_a_wrong_determination(lie: dict[str, Any], tmp_path: Path, codes: Codes) -> None:
    """[DET-2]: every field is decided again; the county's chain itself is sound, so it is read to its end."""
    assert told(tmp_path, codes, result=lie) == (1, {"I7 E_OUTCOME"})


@pytest.mark.parametrize(
    "lies",
    [
        {"fields": {"contests": []}}, {"fields": {"statement": ZERO}}, {"twice": True}, {"early": True},
        {"result": {"elected": ["c2", "c1"]}},
    ],
)  # fmt: skip
def test_a_determination_at_the_wrong_moment(lies: dict[str, Any], tmp_path: Path, codes: Codes) -> None:
    """[DET-1], [DET-2]: of the last statement, all contests, once, when names are opened."""
    code, found = told(tmp_path, codes, **lies)
    assert (code, found - {"C5 NOT_FINAL"}) == (1, {"I7 E_OUTCOME"})


def test_a_missing_determination(tmp_path: Path, codes: Codes) -> None:
    """C5."""
    assert told(tmp_path / "one", codes, untold=["v1"]) == (2, {"C5 NOT_FINAL"})
    assert told(tmp_path / "both", codes, untold=["v1", "v2"]) == (2, {"C5 NOT_FINAL"})


def test_a_determination_of_a_unit_that_is_none(tmp_path: Path, codes: Codes) -> None:
    code, found = told(tmp_path, codes, fields={"unit": "v9"})
    assert (code, "S3 E_UNKNOWN_CHAIN" in found, "C5 NOT_FINAL" in found) == (1, True, True)


@pytest.mark.parametrize(
    ("lie", "expected"),
    [
        ({"outcome": "voided"}, "I1 E_FIELD"), ({"outcome": "not_final"}, "I1 E_FIELD"),
        ({"base": "papers"}, "I1 E_FIELD"),
        ({"elected": ["-x"]}, "I1 E_FIELD"), ({"more": 1}, "I1 E_UNKNOWN_FIELD"), ({"short": -1}, "I1 E_RANGE"),
    ],
)  # fmt: skip
def test_a_determination_of_another_shape(lie: dict[str, Any], expected: str, tmp_path: Path, codes: Codes) -> None:
    assert expected in told(tmp_path, codes, result=lie)[1]


def test_a_determination_that_another_signed(tmp_path: Path, codes: Codes) -> None:
    """[SIGN-3]; what the county's chain says afterwards hangs in the air and is not asked."""

    class Other(Liar):
        def determination(self, unit: str, *results: Body) -> None:
            statement = self.statements[unit]
            fields = {"contests": list(results), "statement": statement, "unit": unit}
            self.chained("determination", "c", ["county" if unit == "v2" else "authority"], **fields)

    code, found = codes(Other().story().publish(tmp_path))
    assert (code, found) == (1, {"A3 E_SIGNERS", "C5 NOT_FINAL"})


def test_a_determination_out_of_its_place(tmp_path: Path, codes: Codes) -> None:
    """[CHAIN-2], [CHAIN-3]: it is a link of the county's chain between the standings."""
    entries = Maker().story().entries
    i = max(i for i, entry in enumerate(entries) if b" determination\n" in entry)
    wrong = [*entries[:i], again(entries[i], prev=ZERO), *entries[i + 1 :]]
    maker = Maker()
    assert codes(maker.publish(tmp_path / "prev", wrong)) == (1, {"S3 E_CHAIN"})
    wrong[i] = again(entries[i], seq=fields_of(entries[i])["seq"] + 1)
    assert codes(maker.publish(tmp_path / "leap", wrong)) == (1, {"S3 E_GAP"})
    wrong[i] = again(entries[i], seq=0)
    assert codes(maker.publish(tmp_path / "fork", wrong)) == (1, {"S3 E_FORK"})
    wrong[i] = again(entries[i], election=ZERO)
    assert "S3 E_ELECTION" in codes(maker.publish(tmp_path / "other", wrong))[1]
    twice = [*entries, entries[i]]
    assert codes(maker.publish(tmp_path / "twice", twice)) == (1, {"S2 E_DUP"})
    assert codes(maker.publish(tmp_path / "shards", entries), "--processes", 2) == (0, set())
    assert codes(maker.publish(tmp_path / "shards2", wrong), "--processes", 2)[0] == 1


def test_one_unit_alone_still_reads_the_countys_chain(tmp_path: Path, codes: Codes) -> None:
    """[VERIFY-5]: other units' determinations are links, their contents are not looked at."""
    lie = {"result": {"elected": ["c1"]}}
    assert told(tmp_path / "v1", codes, **lie)[1] == {"I7 E_OUTCOME"}
    folder = Liar(**lie).story().publish(tmp_path / "two")
    assert codes(folder, "--unit", "v1") == (1, {"I7 E_OUTCOME"})
    assert codes(folder, "--unit", "v2") == (0, set())


def test_the_newest_link_vouches_for_the_countys_chain(tmp_path: Path, codes: Codes) -> None:
    """[VERIFY-6]: where it is a determination, its signature is verified with signatures `heads`."""
    entries = Maker().story().entries
    i = max(i for i, entry in enumerate(entries) if b" determination\n" in entry)
    other = again(entries[i], time=601)
    bad = entries[i][: entries[i].rindex(b"\n\n") + 2] + other[other.rindex(b"\n\n") + 2 :]
    maker = Maker()
    assert codes(maker.publish(tmp_path / "head", [*entries[:i], bad]), "--signatures", "heads") == (1, {"A3 E_SIG"})
    whole = maker.publish(tmp_path / "whole", [*entries[:i], bad, *entries[i + 1 :]])
    assert "A3 E_SIG" not in codes(whole, "--signatures", "heads")[1]
    assert "A3 E_SIG" in codes(whole)[1]


# --- declarations and the committee's steps


def declared(elected: list[str], reasons: list[list[str]], **changes: Any) -> Told:
    return lambda maker: maker.declare(elected, reasons, **changes)


DEATH = ["chief", "c1", "death", ""]


@pytest.mark.parametrize(
    "after",
    [
        declared(["c1"], []), declared([], [DEATH]),
        declared(["c2"], [["chief", "c1", "court", ""], ["chief", "c2", "court", "判决"]]),
    ],
)  # fmt: skip
def test_a_declaration_with_its_reasons(after: Told, tmp_path: Path, codes: Codes) -> None:
    assert told(tmp_path, codes, after=after) == (0, set())


@pytest.mark.parametrize(
    "after",
    [
        declared([], []), declared(["c1"], [DEATH]), declared([], [DEATH, DEATH]), declared(["c3"], [DEATH]),
        declared(["c1", "c2"], [["chief", "c2", "court", ""]]),
        declared(["c2"], [["chief", "c1", "disqualified", ""], ["chief", "c2", "other", ""]]),
        declared([], [DEATH], statement=ZERO),
        declared([], [["other", "c1", "death", ""]]), declared([], [], contests=[]),
    ],
)  # fmt: skip
def test_a_declaration_without_its_reasons(after: Told, tmp_path: Path, codes: Codes) -> None:
    """[DET-3], I8."""
    code, found = told(tmp_path, codes, after=after)
    assert (code, "I8 E_DECLARATION" in found) == (1, True)


def test_a_declaration_before_the_names_are_opened(tmp_path: Path, codes: Codes) -> None:
    class Hasty(Liar):
        def names(self, unit: str, persons: list[Fields], rest: list[list[Any]]) -> None:
            contests = [{"contest": "chief", "elected": ["c2"]}]
            fields = {"contests": contests, "reasons": [], "statement": self.statements[unit]}
            self.chained("declaration", f"u/{unit}", [f"{unit}/chair"], **fields)
            super().names(unit, persons, rest)

    assert "I8 E_DECLARATION" in codes(Hasty(untold=["v1"]).story().publish(tmp_path))[1]


def steps(*words: str) -> Told:
    """Steps, `statement`s, `names` and declarations of v2 in a row."""

    def tell(maker: Maker) -> None:
        for word in words:
            if word == "declaration":
                maker.declare(["c1"], [])
            elif word == "statement":
                maker.statement("v2")
                maker.determination("v2", result("chief", "full", base="valid", base_value=30, elected=["c1"]))
            elif word == "names":
                maker.names("v2", [], [])
            else:
                maker.step("u/v2", word, **({"reason": "违法"} if word == "voided" else {}))

    return tell


@pytest.mark.parametrize(
    "words",
    [
        "announced reviewed declaration filed archived", "reviewed declaration", "declaration declaration filed",
        "announced statement announced", "declaration filed declaration filed archived", "filed_after statement",
        "voided", "announced voided", "declaration filed archived voided",
        "reviewed statement declaration filed statement",
    ],
)  # fmt: skip
def test_the_committees_way(words: str, tmp_path: Path, codes: Codes) -> None:
    """[STEP-1]: the table of the unit chain."""
    way = words.replace("filed_after", "declaration filed").split()
    assert told(tmp_path, codes, after=steps(*way)) == (0, set())


@pytest.mark.parametrize(
    "words",
    [
        "filed", "archived", "announced announced", "reviewed announced", "announced filed", "reviewed names",
        "declaration announced", "declaration reviewed", "declaration archived", "declaration names",
        "declaration filed archived statement", "declaration filed archived declaration", "voided statement",
        "voided voided", "voided declaration", "voided announced", "declaration filed archived archived",
    ],
)  # fmt: skip
def test_steps_out_of_order(words: str, tmp_path: Path, codes: Codes) -> None:
    code, found = told(tmp_path, codes, after=steps(*words.split()))
    assert (code, "S6 E_STATE" in found) == (1, True)


def test_a_voided_unit_has_no_determination(tmp_path: Path, codes: Codes) -> None:
    """[DET-1]: nothing more is asked of it, and a determination of it is refused."""

    class Voided(Liar):
        def determination(self, unit: str, *results: Body) -> None:
            if unit == "v2":
                self.step("u/v2", "voided", reason="违法")
            super().determination(unit, *results)

    nothing: Told = lambda _: None  # noqa: E731 - a story with no end
    assert codes(Voided(untold=["v2"], after=nothing).story().publish(tmp_path / "none")) == (0, set())
    assert codes(Voided(after=nothing).story().publish(tmp_path / "one")) == (1, {"I7 E_OUTCOME"})


# --- stations


@pytest.mark.parametrize(
    ("unsaid", "expected"),
    [
        (("resumed",), "S6 E_STATE"),  # an interrupted chain goes on: it closes without having resumed
        (("interrupted",), "S6 E_STATE"), (("polls_closed",), ""), (("sorted",), ""), (("polls_closed", "sorted"), ""),
        (("interrupted", "resumed"), ""),
    ],
)  # fmt: skip
def test_steps_of_a_station(unsaid: tuple[str, ...], expected: str, tmp_path: Path, codes: Codes) -> None:
    code, found = told(tmp_path, codes, unsaid=unsaid)
    assert (code, found & {"S6 E_STATE"}) == (int(bool(expected)), {expected} - {""})


class Station(Liar):
    """Does something with s/v2/a before its batch, behind its batch, or behind its close."""

    def __init__(self, when: str, what: tuple[str, ...]) -> None:
        super().__init__()
        self.when, self.what = when, what

    def tell(self, when: str) -> None:
        if when != self.when:
            return
        for word in self.what:
            who = self.who("v2", "a")
            if word == "box":
                self.chained("box", "s/v2/a", who, box="box-a", collected=60)
            else:
                self.chained("step", "s/v2/a", who, step=word, **({"reason": "停电"} if word == "interrupted" else {}))

    def batch(self, unit: str, station: str, rows: list[bytes], names: list[tuple[int, str, str]], **more: Any) -> str:
        if unit == "v2":
            self.tell("before")
        digest = super().batch(unit, station, rows, names, **more)
        if unit == "v2":
            self.tell("behind")
        return digest

    def close(
        self, unit: str, station: str, batches: int, names: int, write_ins: list[list[Any]], **paper: int
    ) -> None:
        super().close(unit, station, batches, names, write_ins, **paper)
        if unit == "v2":
            self.tell("closed")


@pytest.mark.parametrize(
    ("when", "what", "expected"),
    [
        ("before", "box", ""), ("before", "interrupted resumed box", ""), ("before", "polls_closed", "S6 E_STATE"),
        ("before", "sorted", "S6 E_STATE"), ("before", "resumed", "S6 E_STATE"),
        ("before", "interrupted interrupted", "S6 E_STATE"), ("before", "interrupted box", "S6 E_STATE"),
        ("behind", "box interrupted resumed", ""), ("behind", "polls_closed", "S6 E_STATE"),
        ("behind", "sorted", "S6 E_STATE"), ("closed", "box", "S3 E_CLOSED"), ("closed", "interrupted", "S3 E_CLOSED"),
        ("before", "announced", "I1 E_FIELD"),
    ],
)  # fmt: skip
def test_the_table_of_a_station(when: str, what: str, expected: str, tmp_path: Path, codes: Codes) -> None:
    """[STEP-1], [CHAIN-7]; the story has closed the polls and sorted the papers before."""
    code, found = codes(Station(when, tuple(what.split())).story().publish(tmp_path))
    assert (code, {expected} - {""} <= found) == (int(bool(expected)), True)


def test_a_reason_stands_exactly_where_one_is_owed(tmp_path: Path, codes: Codes) -> None:
    """[KIND-1]: `interrupted` without one, `sorted` with one."""

    class Odd(Liar):
        def step(self, chain: str, word: str, **reason: str) -> None:
            given = {"interrupted": {}, "sorted": {"reason": "多余"}}.get(word, reason)
            super().step(chain, word, **given)

    code, found = codes(Odd().story().publish(tmp_path))
    assert (code, "I1 E_FIELD" in found) == (1, True)
