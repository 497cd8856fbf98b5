"""A declaration beside the rules' result: every difference has its reason, nothing else has one.

Serves [DET-3], by hand: the rules elect x as chief (a), p and q as members (b).
"""

from typing import Any

import pytest

from tests.verifier.lawcases import case, contest, written
from tests.verifier.profiles import profile
from verifier.findings.codes import Refused
from verifier.rules.declaration import check_declaration
from verifier.rules.outcome import decide

CHIEF, MEMBER = contest("a", {"x": 60, "y": 30}), contest("b", {"p": 90, "q": 80, "r": 10}, seats=2, written=20)
PERSONS = [written("b", "王五", 20)]


def declare(contests: Any, reasons: Any, *, posts: Any = (CHIEF, MEMBER), **more: Any) -> None:
    unit = case(list(posts), persons=PERSONS, **more)
    listed = [{"contest": name, "elected": list(who)} for name, who in contests]
    check_declaration(unit, decide(unit), {"contests": listed, "reasons": reasons, "statement": ""})


def test_a_declaration_with_its_reasons() -> None:
    """[DET-3] ZJ-32: a reason for everybody on one side alone, by contest, then reference."""
    declare([("a", ["x"]), ("b", ["q", "p"])], [])
    declare([("a", []), ("b", ["p", "q"])], [["a", "x", "death", ""]])
    swapped = [["b", "+王五", "court", "判决"], ["b", "q", "court", "判决"]]
    declare([("a", ["x"]), ("b", ["p", "+王五"])], swapped)
    listed = contest("n", {"z": 3}, rule="nomination")
    declare([("a", ["x"]), ("b", ["p", "q"])], [], posts=(listed, CHIEF, MEMBER))


@pytest.mark.parametrize(
    ("contests", "reasons"),
    [
        ([("a", []), ("b", ["p", "q"])], []),  # no reason
        ([("a", ["x"]), ("b", ["p", "q"])], [["a", "x", "death", ""]]),  # a reason for nothing
        ([("a", []), ("b", ["p", "q"])], [["a", "x", "death", ""], ["a", "x", "court", ""]]),
        ([("a", []), ("b", ["p"])], [["b", "q", "death", ""], ["a", "x", "death", ""]]),  # out of order
        ([("a", ["x"]), ("b", ["p", "+王五"])], [["b", "q", "court", ""], ["b", "+王五", "court", ""]]),
        ([("a", ["x"]), ("b", ["p", "q", "r"])], [["b", "r", "court", ""]]),  # more than seats
        ([("a", ["p"]), ("b", ["p", "q"])], [["a", "p", "court", ""], ["a", "x", "court", ""]]),  # not of the contest
        ([("a", ["+王五"]), ("b", ["p", "q"])], [["a", "+王五", "court", ""], ["a", "x", "court", ""]]),
        ([("a", ["x"]), ("b", ["p", "p"])], [["b", "q", "other", ""]]),  # one person twice
        ([("b", ["p", "q"]), ("a", ["x"])], []),  # unit order
        ([("a", ["x"])], []),
        ([("a", ["x"]), ("b", ["p", "q"]), ("c", [])], []),
    ],
)  # fmt: skip
def test_a_declaration_that_is_not_allowed(contests: Any, reasons: Any) -> None:
    with pytest.raises(Refused, match="E_DECLARATION"):
        declare(contests, reasons)


@pytest.mark.parametrize("word", ["avoidance", "court", "death", "disqualified", "other", "runoff", "withdrew"])
def test_a_seat_never_goes_to_the_next_person(word: str) -> None:
    """[DET-3]: who is declared beside the rules comes by avoidance, court or runoff; who leaves, by any word."""
    added = [["b", "q", word, ""], ["b", "r", word, ""]]
    if word in ("avoidance", "court", "runoff"):
        declare([("a", ["x"]), ("b", ["p", "r"])], added)
    else:
        with pytest.raises(Refused, match="E_DECLARATION"):
            declare([("a", ["x"]), ("b", ["p", "r"])], added)
    declare([("a", ["x"]), ("b", ["p"])], [["b", "q", word, ""]])


def test_the_refusal_says_whose_reason_is_owed() -> None:
    with pytest.raises(Refused, match="a reason for each of a x, b q, found reasons for nobody"):
        declare([("a", []), ("b", ["p"])], [])


def test_who_rolls_down_may_be_declared() -> None:
    """[ROUND-1]: with `roll_down` everybody with votes in a higher contest that takes part is a person of p."""
    body = profile(roll_down=True, names__full=True)
    swapped = [["b", "p", "other", ""], ["b", "y", "court", ""]]
    declare([("a", ["x"]), ("b", ["q", "y"])], swapped, body=body)
    void = contest("a", {"x": 60, "y": 101})
    with pytest.raises(Refused, match="E_DECLARATION"):
        declare([("a", []), ("b", ["q", "y"])], swapped, body=body, posts=(void, MEMBER))
    with pytest.raises(Refused, match="E_DECLARATION"):
        declare([("a", ["x"]), ("b", ["q", "y"])], swapped)
