"""Who stands, or is close to one who stands, counts nothing: 选举法 art. 43 (2020-10-17; EL-43), VC-15 [SEAL-7]."""

from dataclasses import replace

import pytest

from tally_protocol.election.unit import Relation, Unit
from tally_protocol.errors import RuleViolation
from tally_protocol.ids import CandidateId
from tally_protocol.record.manifest_rules import check_unit
from tests.world import World

WORLD = World()
UNIT = WORLD.units["v1"][0]
ROSTERS = {found[1]: found[0] for found in WORLD.rosters.values()}
CANDIDATE = UNIT.contests[0].candidates[0]


def with_kin(first: str, second: str) -> Unit:
    return replace(UNIT, relations=(Relation(first=first, second=second, word="spouse"),))


def standing(official: str) -> Unit:
    post = UNIT.contests[0]
    other = replace(CANDIDATE, id=CandidateId(official))
    return replace(UNIT, contests=(replace(post, candidates=(other, *post.candidates[1:])), *UNIT.contests[1:]))


@pytest.mark.parametrize("who", ["committee", "officials"])
def test_a_candidate_and_his_kin_count_nothing(who: str) -> None:
    """J4, Q4: neither in the election committee nor at a table."""
    official = UNIT.committee[0].id if who == "committee" else next(iter(ROSTERS.values())).officials[0].id
    for wrong in (standing(official), with_kin(official, CANDIDATE.id), with_kin(CANDIDATE.id, official)):
        with pytest.raises(RuleViolation) as refused:
            check_unit(WORLD.election, wrong, ROSTERS)
        assert refused.value.code == "E_MANIFEST"


def test_others_may() -> None:
    """Two candidates may be relatives (avoidance is asked after the count), and so may two who count."""
    check_unit(WORLD.election, with_kin(CANDIDATE.id, UNIT.contests[0].candidates[1].id), ROSTERS)
