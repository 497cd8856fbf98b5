"""Whom the committee declared elected, as far as its declaration still stands. One rule for page, desk, forms, exports.

After a declaration a new statement may come (an upheld objection, a correction): the declaration stands on the earlier
one [DET-3], so it names no current winner until the committee declares again.
"""

from tally_protocol.ids import Hash32
from tally_protocol.record.unit_kinds import Declaration


def standing(declaration: Declaration | None, statement: bytes | Hash32 | None) -> Declaration | None:
    """The last declaration if it is of the unit's current statement, else None."""
    return declaration if declaration is not None and declaration.statement == statement else None


def superseded(declaration: Declaration | None, statement: bytes | Hash32 | None) -> Declaration | None:
    """The last declaration if a newer statement has taken its ground away, else None."""
    return None if standing(declaration, statement) is declaration else declaration


def elected_in(declaration: Declaration | None, contest: str) -> tuple[str, ...] | None:
    """Whom a declaration names in a contest; None where it declares nobody's election."""
    if declaration is None:
        return None
    return next((one.elected for one in declaration.contests if one.contest == contest), None)
