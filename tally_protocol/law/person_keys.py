"""Whom a written-in person is said to be (spec/8, persons): adjudicated at the table, never guessed [NAME-3]."""

from tally_protocol.election.unit import Candidate, Unit
from tally_protocol.errors import RuleViolation


def meant_candidate(unit: Unit, contest: str, candidate: str) -> Candidate:
    """The candidate of other contests who is meant by an opened person's `candidate`; else E_NAMES [NAME-3].

    One who stands in the person's own contest is counted by his own mark there, and two persons of one id in the
    others would leave open who is meant.
    """
    own = unit.contest(contest)
    known = {one.person: one for post in unit.contests if post.id != contest for one in post.candidates}
    found = [one for one in known.values() if one.id == candidate]
    if len(found) != 1 or own is None or any(one.id == candidate for one in own.candidates):
        raise RuleViolation("E_NAMES", f"contest {contest}", expected="one candidate of the other contests")
    return found[0]
