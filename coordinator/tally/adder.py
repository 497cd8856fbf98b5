"""Arithmetic on bit planes: how many of several planes have a paper's bit, for 64 papers an operation.

A number is a list of planes, lowest bit first. Sums come from full adders (three planes of one weight make one of it
and one of twice the weight), so that k planes cost about five operations each, whatever the numbers are.
"""

from collections.abc import Iterable, Sequence

from coordinator.tally.stack import Words


def total(planes: Iterable[Words]) -> list[Words]:
    """The number of planes that have the bit."""
    bits = []
    level = list(planes)
    while level:
        carries = []
        while len(level) > 2:
            one, two, three = level.pop(), level.pop(), level.pop()
            odd = one ^ two
            carries.append((one & two) | (odd & three))
            level.append(odd ^ three)
        if len(level) == 2:
            one, two = level
            carries.append(one & two)
            level = [one ^ two]
        bits += level
        level = carries
    return bits


def above(planes: Sequence[Words], most: int) -> Words | None:
    """The papers of which more than `most` planes have the bit; None if there are not so many planes."""
    if most >= len(planes):
        return None
    found = None
    for place, bit in enumerate(total(planes)):
        if found is None:
            found = None if most >> place & 1 else bit
        else:
            found = found & bit if most >> place & 1 else found | bit
    return found


def greater(left: Sequence[Words], right: Sequence[Words]) -> Words:
    """The papers whose `left` number is greater than their `right` one; `left` has at least one bit."""
    found = left[0] ^ left[0]
    for place in range(max(len(left), len(right))):
        if place >= len(left):
            found &= ~right[place]
        elif place >= len(right):
            found |= left[place]
        else:
            found = (left[place] & ~right[place]) | (found & ~(left[place] ^ right[place]))
    return found
