"""Two implementations, one contract: random inputs must get the same answer or the same code from both [CONV-1].

The inputs are damaged vectors of spec/vectors, and random papers under random layouts. Whatever differs is a hole
through which a record could be accepted by the county and refused by an observer, or the other way round.
"""

import json
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tally_protocol.errors import ProtocolError
from tally_protocol.law.profile import values_of
from tests.attacks.mutants import damage
from tests.profiles import change, decide, profile_body
from tests.properties.elections import RULES, Plan, Post, a_paper, world_of
from tests.vectors.producer import AREAS as PRODUCER
from verifier.checks.conformance import AREAS as VERIFIER
from verifier.findings.codes import Refused

pytestmark = [pytest.mark.property, pytest.mark.timeout(3000)]
Json = dict[str, Any]
BYTES = ("json", "note", "record", "key", "signature", "checkpoint", "proof", "receipt", "sealed")
ROUNDS, SLOW_ROUNDS = 150, 5000


@cache
def vectors(area: str) -> tuple[Json, ...]:
    """The inputs of an area."""
    folder = Path(__file__).resolve().parents[2] / "spec" / "vectors"
    return tuple(json.loads(path.read_bytes())["input"] for path in sorted(folder.glob(f"{area}-*.json")))


def answer(run: Callable[[Json], Json], given: Json, refusal: type[Exception]) -> Json:
    """The value, or the code; any other exception is a crash and goes up."""
    try:
        return {"ok": run(given)}
    except refusal as refused:
        return {"error": refused.code}  # type: ignore[attr-defined]


# where one input breaks several rules and the contract does not say which comes first, either code will do
UNORDERED = (
    frozenset({"E_FIELD", "E_UNKNOWN_FIELD", "E_RANGE", "E_LIMIT", "E_EPOCH", "E_B64", "E_NAME"}),
    frozenset({"E_ELECTION", "E_SIGNERS", "E_SIG"}),
)
# what shows only when the parts of a note are compared may be found with its fields or later (area `chain`)
IN_CONTEXT = frozenset({"E_MANIFEST", "E_TEST", "E_PROFILE"})


def agree(area: str, given: Json) -> None:
    """Both answers, compared; a disagreement prints the input."""
    one = answer(PRODUCER[area], given, ProtocolError)
    other = answer(VERIFIER[area], given, Refused)
    codes = {str(one.get("error", "")), str(other.get("error", ""))}
    alike = one == other or any(codes <= group for group in UNORDERED)
    alike = alike or (area == "record" and "ok" in (one | other) and codes & IN_CONTEXT == codes - {""})
    assert alike, f"{area}: producer {one}, verifier {other}\n{json.dumps(given)[:6000]}"


def damaged(area: str, dice: Random) -> Iterator[Json]:
    """Vectors of an area with one byte string damaged, without end."""
    while True:
        given = dict(dice.choice(vectors(area)))
        name = dice.choice([key for key in given if key.endswith("_hex") and isinstance(given[key], str)])
        data = bytes.fromhex(given[name])
        for _ in range(dice.choice((1, 1, 1, 2, 3))):
            data = damage(dice, data)
        yield given | {name: data.hex()}


@pytest.mark.parametrize("area", BYTES)
def test_damaged_bytes_get_one_answer(area: str) -> None:
    dice = Random(f"{area} quick")  # noqa: S311 - dice that can be thrown again, not a secret
    for _, given in zip(range(ROUNDS), damaged(area, dice), strict=False):
        agree(area, given)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(10))
@pytest.mark.parametrize("area", BYTES)
def test_damaged_bytes_get_one_answer_for_long(area: str, part: int) -> None:
    dice = Random(f"{area} {part}")  # noqa: S311 - the same
    for _, given in zip(range(SLOW_ROUNDS), damaged(area, dice), strict=False):
        agree(area, given)


@pytest.mark.parametrize("seed", range(40))
def test_random_papers_are_judged_alike(seed: int) -> None:
    """Validity and counts of random papers under random layouts, some with codes that no paper knows [CELL-1]."""
    dice = Random(f"papers {seed}")  # noqa: S311 - the same
    many = range(dice.randint(1, 4))
    found = tuple(
        Post(
            candidates=dice.randint(1, 6),
            slots=dice.randint(0, 3),
            max_marks=dice.randint(1, 5),
            layout=place % 2,
            shared=dice.random() < 0.7,
        )
        for place in many
    )
    rules = tuple((path, dice.choice(values)) for path, values in RULES.items())
    plan = Plan(posts=found, rules=rules, names_full=False, seed=seed)
    world = world_of(plan)
    unit = world.units["v1"][0].to_body()
    layout = f"paper{plan.posts[0].layout}"
    rows = [a_paper(dice, plan, layout) for _ in range(dice.randint(1, 100))]
    given = {"unit_json": unit, "layout": layout, "profile_json": world.profile.to_body(), "table": [2, 3, 5, 7, 11]}
    agree("validity", given | {"rows_hex": [row.hex() for row in rows]})
    place = dice.randrange(len(rows[0]))
    strange = bytes([*rows[0][:place], dice.randrange(256), *rows[0][place + 1 :]])
    agree("validity", given | {"rows_hex": [strange.hex(), *(row.hex() for row in rows[1:])]})
    agree("validity", given | {"rows_hex": [row.hex() for row in rows], "table": [2, 3]})


@pytest.mark.parametrize("seed", range(40))
def test_random_figures_are_checked_alike(seed: int) -> None:
    """Figures that were right until somebody changed one or two [FIG-1] [FIG-2]."""
    dice = Random(f"figures {seed}")  # noqa: S311 - the same
    for given in vectors("figures"):
        figures = list(given["figures"])
        for _ in range(dice.randint(0, 2) if figures else 0):
            figures[dice.randrange(len(figures))] += dice.choice((-1, 1, 7))
        if min(figures, default=0) >= 0:
            agree("figures", given | {"figures": figures})


VALUES: tuple[object, ...] = (
    0, 1, 2, 3, 10, 50, 64, 366, 512, 1000, 1001, -1, True, False, "", "none", "ballot", "post", "collected", "voters",
    "person", "household", "village_2026", "residents_2026", [], ["chair"], ["scrutineer"], ["child", "spouse"],
    ["spouse", "child"], {}, [["tie", "x"]], "2026-02-29", "\u3000",
)  # fmt: skip


def a_value(dice: Random) -> object:
    """Some JSON value, or one that another field of a profile has."""
    if dice.random() < 0.6:
        return dice.choice(VALUES)
    return dice.choice([value for _, value in values_of(profile_body())])


@pytest.mark.parametrize("seed", range(20))
def test_random_profiles_are_read_alike(seed: int) -> None:
    """One or two values changed, with and without somebody who decided them [PROF-1] [PROF-2] [PROF-3]."""
    dice = Random(f"profiles {seed}")  # noqa: S311 - the same
    for _ in range(100):
        body = profile_body()
        for path, _ in dice.sample(values_of(body), dice.choice((1, 1, 2))):
            change(body, path, a_value(dice))
        if dice.random() < 0.5 and isinstance(body["law"], str) and isinstance(body["electorate"], str):
            body = decide(body)
        agree("profile", {"profile_json": body, "threshold": dice.choice((50, 50, 60))})


@pytest.mark.parametrize("seed", range(20))
def test_random_decisions_are_taken_alike(seed: int) -> None:
    """Up to three values of a unit's own, at paths that exist and some that do not [PROF-4]."""
    dice = Random(f"rules {seed}")  # noqa: S311 - the same
    known = [path for path, _ in values_of(profile_body())]
    for _ in range(100):
        paths = {dice.choice([*known, "elected", "tie.x", "x", ""]) for _ in range(dice.randint(1, 3))}
        rules = [[path, a_value(dice), dice.choice(("村民会议", "村民会议", "x" * 201))] for path in sorted(paths)]
        agree("rules", {"profile_json": profile_body(), "rules": rules, "threshold": 50})
