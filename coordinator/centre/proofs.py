"""What a village signs before sealing: the digest of its candidate list or of its paper layout, printed on the sheet.

The digest is over what will be sealed, not over the printed file: a sheet printed anew with another font has the same
digest, a list with one other character has not. Pure.
"""

from hashlib import sha256

from tally_protocol.election.unit import Unit
from tally_protocol.seal import canonical


def proof_digest(unit: Unit, what: str) -> str:
    """`candidates`: posts, seats and printed names in order; `layout`: which posts stand on which paper."""
    body = unit.to_body()
    if what == "candidates":
        said = {
            "contests": [
                {name: contest[name] for name in ("candidates", "id", "max_marks", "seats", "title", "write_ins")}
                for contest in body["contests"]
            ]
        }
    else:
        said = {"layouts": body["layouts"]}
    return sha256(canonical.encode({"name": unit.name, "unit": unit.id, "what": what} | said)).hexdigest()
