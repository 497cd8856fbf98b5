"""How long sealed parts are kept before two persons may have them destroyed (design 11.13; rules N). Pure.

No profile names a time: provinces keep ballots until the next election is over, or three years; the village archives
are kept longer. This product keeps one full term and one year after the election day, and says that this is its own
reading. A county may keep longer, never shorter.
"""

from collections.abc import Iterable
from datetime import date

TERM_YEARS = 5
YEARS = TERM_YEARS + 1


def kept_until(election_day: str, planned: Iterable[str] = ()) -> str:
    """The first day on which a unit's sealed parts may be destroyed; `planned`: the days that its bodies are elected.

    The latest of them counts: a wave that is held months after the election's day is kept as long as the others.
    """
    day = date.fromisoformat(max([election_day, *planned]))
    try:
        return day.replace(year=day.year + YEARS).isoformat()
    except ValueError:
        # 29 February
        return day.replace(year=day.year + YEARS, month=3, day=1).isoformat()
