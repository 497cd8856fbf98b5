"""What must hold for every election: counting agrees with sorting, names and stations do not matter, votes do not hurt.

Serves [LAW-6], [LAW-7], [ROUND-1], [ROUND-2], [LAW-4].
"""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verifier.lawcases import case, contest
from tests.verifier.profiles import profile
from verifier.rules.committee import seat
from verifier.rules.outcome import decide, first_by_votes

STRENGTH = st.dictionaries(st.integers(0, 30), st.tuples(st.integers(0, 6), st.integers(-3, 0)), max_size=12)
VOTES = st.lists(st.integers(0, 100), min_size=1, max_size=7)
BASES = st.sampled_from(["collected", "valid", "voters", "registered"])


@pytest.mark.property
@given(STRENGTH, st.integers(0, 12))
def test_counting_who_is_stronger_gives_what_sorting_gives(strength: dict[int, tuple[int, int]], seats: int) -> None:
    """[LAW-6] `most votes win`, [LAW-7] `A tie matters only across the seat boundary`."""
    order = sorted(strength, key=lambda who: strength[who], reverse=True)
    elected, tied, left = set(order[:seats]), set[int](), 0
    if 0 < seats < len(order) and strength[order[seats - 1]] == strength[order[seats]]:
        tied = {who for who in order if strength[who] == strength[order[seats]]}
        elected -= tied
        left = seats - len(elected)
    assert seat(strength, seats) == (elected, tied, left)


@pytest.mark.property
@given(st.dictionaries(st.integers(0, 30), st.integers(0, 5), max_size=12), st.integers(1, 12))
def test_the_first_by_votes(votes: dict[int, int], number: int) -> None:
    """[ROUND-1], [ROUND-2]: `and everybody with as many votes as the last`."""
    order = sorted(votes, key=lambda who: -votes[who])
    last = votes[order[min(number, len(order)) - 1]] if order else 0
    assert first_by_votes(votes, number) == {who for who in votes if votes[who] >= last}


def summed(result: dict[str, Any], names: dict[str, str]) -> Any:
    """A result without the order of its lists, under other names."""
    lists = ("elected", "runoff", "next", "next_women", "removed")
    plain = {name: value for name, value in result.items() if name not in lists}
    return plain | {name: {names[one] for one in result[name]} for name in lists}


@pytest.mark.property
@given(VOTES, st.integers(1, 4), BASES, st.permutations(range(7)))
def test_the_order_and_the_names_of_candidates_do_not_matter(
    votes: list[int], seats: int, base: str, order: list[int]
) -> None:
    """Only counts decide: the same candidates in another order, under other ids."""
    body = profile(elected__base=base, elected__den=4)
    first = {f"c{i}": votes[i] for i in range(len(votes))}
    second = {f"d{i}": votes[i] for i in order if i < len(votes)}
    (one,) = decide(case([contest("a", first, seats=seats)], body=body))
    (other,) = decide(case([contest("a", second, seats=seats)], body=body))
    same = {name: name for name in first}
    assert summed(one, same) == summed(other, {f"d{i}": f"c{i}" for i in range(len(votes))})


@pytest.mark.property
@given(VOTES, st.integers(1, 4), st.data())
def test_one_more_approval_never_unseats_whom_it_approves(votes: list[int], seats: int, data: st.DataObject) -> None:
    """A paper that approves an elected person, blank until now: it stays elected."""
    table = {f"c{i}": votes[i] for i in range(len(votes))}
    (before,) = decide(case([contest("a", table, seats=seats)], papers=200, registered=200))
    if not before["elected"]:
        return
    who = data.draw(st.sampled_from(before["elected"]))
    (after,) = decide(case([contest("a", {**table, who: table[who] + 1}, seats=seats)], papers=200, registered=200))
    assert who in after["elected"]


@pytest.mark.property
@given(st.lists(st.integers(0, 60), min_size=1, max_size=4), st.integers(1, 150))
def test_stations_are_only_summed(voters: list[int], registered: int) -> None:
    """One form or several with the same sum give the same outcome."""
    one = contest("a", {"x": 60, "y": 20})
    several = [{"voters": many, "issued": many} for many in voters]
    whole = {"voters": sum(voters), "issued": sum(voters)}
    assert decide(case([one], paper=several, registered=registered)) == decide(
        case([one], paper=whole, registered=registered)
    )
