"""Two implementations of the law, one hundred thousand random elections over random profiles: no difference.

[LAW-1] [LAW-4] [LAW-5] [LAW-6] [LAW-7] [LAW-8] [POST-1] [POST-2] [POST-3] [POST-4] [POST-5] [POST-6] [ROUND-1]
[ROUND-2] [ROUND-3] [FIND-2] [DET-3]: the producers' engine sorts and builds; the verifier's counts supporters.
CHANGPIAO_ELECTIONS says how many: `make test` plays a part, `make properties` a hundred thousand, `make slow` millions.
"""

import os
from collections import Counter
from random import Random
from typing import Any

import pytest

from tally_protocol.errors import ProtocolError
from tests.laws.areas import AREAS as PRODUCER
from tests.properties.villages import Json, random_case
from verifier.checks.conformance import AREAS as VERIFIER
from verifier.findings.codes import Refused

ELECTIONS = int(os.environ.get("CHANGPIAO_ELECTIONS", "6000"))
PARTS = 12
EVERY_OUTCOME = {
    "advisory", "full", "invalid_overcount", "invalid_turnout", "nominated", "not_known", "not_passed", "passed",
    "runoff", "supplementary", "vacant", "women_supplementary",
}  # fmt: skip
REASONS = ("avoidance", "court", "death", "disqualified", "other", "runoff", "withdrew")


def produced(area: str, given: Json) -> Any:
    try:
        return PRODUCER[area](given)
    except ProtocolError as error:
        return error.code


def verified(area: str, given: Json) -> Any:
    try:
        return VERIFIER[area](given)
    except Refused as refused:
        return refused.code


def declaration_of(given: Json, results: list[Json], draw: Random) -> Json:
    """What a committee might declare: the results, often with somebody left out or put in, with or without reasons."""
    declared, reasons = [], []
    for result, contest in zip(results, given["unit_json"]["contests"], strict=True):
        if contest["rule"] not in {"election", "supplementary", "runoff"}:
            continue
        elected = list(result["elected"])
        if elected and draw.random() < 0.3:
            left = elected.pop(draw.randrange(len(elected)))
            if draw.random() < 0.8:
                reasons.append([contest["id"], left, draw.choice(REASONS), ""])
        others = [candidate["id"] for candidate in contest["candidates"] if candidate["id"] not in result["elected"]]
        if others and draw.random() < 0.2:
            put = draw.choice(others)
            elected.append(put)
            if draw.random() < 0.8:
                reasons.append([contest["id"], put, draw.choice(REASONS), "理由"])
        declared.append({"contest": contest["id"], "elected": elected})
    return given | {"declared": declared, "reasons": reasons}


@pytest.mark.property
@pytest.mark.timeout(0)  # as long as asked for; the make targets and CI have limits of their own
@pytest.mark.parametrize("part", range(PARTS))
def test_both_sides_decide_alike(part: int) -> None:
    words: Counter[str] = Counter()
    for seed in range(part, ELECTIONS, PARTS):
        given = random_case(seed)
        ours, theirs = produced("outcome", given), verified("outcome", given)
        assert ours == theirs, f"seed {seed}"
        assert produced("findings", given) == verified("findings", given), f"seed {seed}"
        words.update(result["outcome"] for result in ours["contests"])
        claim = declaration_of(given, ours["contests"], Random(seed))  # noqa: S311 - repeatable
        assert produced("declaration", claim) == verified("declaration", claim), f"seed {seed}"
    # the draw is worth something only if it meets every outcome that counted papers can have
    assert words.keys() >= EVERY_OUTCOME, words
