"""Areas `layout`, `figures`, `name`, `commitment`: the paper's shape, sums that must hold, commitments [FIG-1] [FIG-2].

Figures are written here by hand, not computed. What a paper counts is in `validity`.
"""

from collections.abc import Iterator
from hashlib import sha256, shake_256

from tests.profiles import profile_body
from tools.vectors.forge import county, find, parts
from tools.vectors.form import Json, Vector, bad, good

ONE: Json = {
    "candidates": [{"id": "a", "name": "甲"}, {"id": "b", "name": "乙"}],
    "id": "chair",
    "max_marks": 1,
    "round": 1,
    "rule": "election",
    "seats": 1,
    "title": "主任",
    "write_ins": 1,
}
TWO: Json = {
    "candidates": [{"id": "c", "name": "丙"}, {"id": "d", "name": "丁"}, {"id": "e", "name": "戊"}],
    "id": "member",
    "max_marks": 2,
    "round": 1,
    "rule": "election",
    "seats": 2,
    "title": "委员",
    "write_ins": 2,
}


def unit(*contests: Json) -> Json:
    """A unit note's fields with these contests on one paper."""
    _, body, _ = parts(county()[find(county(), "unit")])
    body["contests"] = list(contests)
    body["layouts"] = [{"contests": [contest["id"] for contest in contests], "id": "village"}]
    return body


def _layouts() -> Iterator[Vector]:
    body = parts(county()[find(county(), "unit")])[1]
    yield good(
        "layout",
        "village",
        "two contests: 1 + 3 + 4 cells, 1 + 20 + 24 figures",
        {"unit_json": body, "layout": "village"},
        {"width": 8, "figures": 45},
    )
    yield good(
        "layout",
        "deputies",
        "one contest without slots",
        {"unit_json": body, "layout": "deputies"},
        {"width": 3, "figures": 21},
    )
    yield good(
        "layout",
        "slots-only",
        "no printed candidate",
        {"unit_json": unit({**TWO, "candidates": []}), "layout": "village"},
        {"width": 3, "figures": 13},
    )
    wide = unit({**ONE, "candidates": [{"id": f"k{i}", "name": "甲"} for i in range(512)], "write_ins": 9})
    yield good(
        "layout",
        "widest-contest",
        "512 candidates and nine slots",
        {"unit_json": wide, "layout": "village"},
        {"width": 522, "figures": 2061},
    )
    yield bad(
        "layout", "unknown", "a paper that the unit does not have", {"unit_json": body, "layout": "other"}, "E_LAYOUT"
    )


# papers | valid blank over duplicate illegible unpaired torn not_official marked unidentifiable unstated written
# | c: approve oppose unclear abstain | d ... | e ...
RIGHT = [10, 3, 1, 1, 1, 1, 1, 1, 0, 1, 0, 0, 2, 2, 1, 0, 0, 2, 0, 1, 0, 0, 0, 0, 3]
FULL = [5, 5, *[0] * 10, 5, 5, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 5]


def _figures() -> Iterator[Vector]:
    given = {"unit_json": unit({**TWO, "write_ins": 1}), "layout": "village", "profile_json": profile_body()}
    yield good("figures", "good", "every sum holds", {**given, "figures": RIGHT})
    yield good("figures", "zeros", "no papers", {**given, "figures": [0] * 25})
    yield good("figures", "all-marks-used", "approvals and names are exactly max_marks x valid",
               {**given, "figures": FULL})  # fmt: skip
    for what, comment, code, figures in (
        ("short", "one integer is missing", "E_FIGURES", RIGHT[:-1]),
        ("long", "one integer too many", "E_FIGURES", [*RIGHT, 0]),
        ("none", "no integers", "E_FIGURES", []),
        ("papers", "one paper more than the sums", "E_SUM", [11, *RIGHT[1:]]),
        ("candidate", "a candidate's marks are not the valid papers", "E_SUM", [*RIGHT[:-1], 4]),
        ("last-candidate", "one mark less", "E_SUM", [*RIGHT[:-1], 2]),
        ("valid-moved", "a valid paper counted as blank", "E_SUM", [10, 2, 2, *RIGHT[3:]]),
        ("too-many-approvals", "more approvals than marks allowed", "E_SUM", [*FULL[:17], 1, 0, 0, 4, *FULL[21:]]),
        ("too-many-written", "more names than slots", "E_SUM", [*FULL[:12], 6, 0, 5, *FULL[15:]]),
        ("written-on-blank", "names on papers that are not valid", "E_SUM", [5, 0, 5, *[0] * 9, 1, *[0] * 12]),
    ):
        yield bad("figures", what, comment, {**given, "figures": figures}, code)
    for place, name in enumerate(REASONS, 2):
        more = [*RIGHT[:place], RIGHT[place] + 1, *RIGHT[place + 1 :]]
        yield bad("figures", name, f"one paper more under {name}", {**given, "figures": more}, "E_SUM")
    yield bad("figures", "layout", "a paper that the unit does not have",
              {**given, "layout": "other", "figures": RIGHT}, "E_LAYOUT")  # fmt: skip
    yield from _figures_in_total()


REASONS = (
    "blank", "over", "duplicate", "illegible", "unpaired", "torn", "not_official", "marked", "unidentifiable",
    "unstated",
)  # fmt: skip


def _figures_in_total() -> Iterator[Vector]:
    """[FIG-2] Where over-votes are judged over the whole paper, a contest may hold what the others left free."""
    total = profile_body(**{"ballot.overvote.compare": "total"})
    slots = {**ONE, "write_ins": 2}
    given = {"unit_json": unit(slots, {**TWO, "write_ins": 1}), "layout": "village", "profile_json": total}
    blank = [0, 1, *[0] * 10, *[0] * 12]
    unmarked = [0, 0, 0, 1]
    borrowed = [1, 1, *[0] * 10, 2, *unmarked * 2, *blank]
    yield good("figures", "total-borrowed", "two names where one mark is allowed, three on the whole paper",
               {**given, "figures": borrowed})  # fmt: skip
    per_post = {**given, "profile_json": profile_body()}
    yield bad("figures", "post-borrowed", "the same where each post stands alone",
              {**per_post, "figures": borrowed}, "E_SUM")  # fmt: skip
    beyond = [1, 1, *[0] * 10, 2, *[1, 0, 0, 0] * 2, *blank]
    yield bad("figures", "total-beyond", "more approvals than the whole paper allows",
              {**given, "figures": beyond}, "E_SUM")  # fmt: skip
    written = [1, 0, 1, *[0] * 10, *[0] * 8, 1, *[0] * 10, 2, *unmarked * 3]
    yield bad("figures", "total-written", "names are bound by slots all the same",
              {**given, "figures": written}, "E_SUM")  # fmt: skip


def naive_root(leaves: list[bytes]) -> bytes:
    """RFC 6962 as it is written there: split at the largest power of two below the number of leaves."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return sha256(b"\x01" + naive_root(leaves[:half]) + naive_root(leaves[half:])).digest()


def _commitments() -> Iterator[Vector]:
    secret = sha256(b"secret").digest()
    for what, count in (("1-row", 1), ("2-rows", 2), ("3-rows", 3), ("5-rows", 5), ("64-rows", 64), ("100-rows", 100)):
        rows = [bytes((i % 3 == 2, i % 2, 0, i % 5 == 0)) for i in range(count)]
        stream = shake_256(b"changpiao/v1 salts\n" + secret).digest(16 * count)
        salts = [stream[16 * i : 16 * i + 16] for i in range(count)]
        leaves = [sha256(b"\x02" + salt + row).digest() for salt, row in zip(salts, rows, strict=True)]
        value = {
            "salts_hex": [s.hex() for s in salts],
            "leaves_hex": [p.hex() for p in leaves],
            "root_hex": naive_root(leaves).hex(),
        }
        given = {"secret_hex": secret.hex(), "rows_hex": [row.hex() for row in rows]}
        yield good("commitment", what, "equal rows have different leaves", given, value)


def _names() -> Iterator[Vector]:
    for what, comment, name in (
        ("plain", "an ordinary name", "王小二"),
        ("middle-dot", "a name with a middle dot", "买买提·阿不都"),
        ("plane-2", "a character beyond U+FFFF", "𬱖一"),
        ("ascii", "letters", "Li Si"),
    ):
        salt = sha256(what.encode()).digest()[:16]
        value = sha256(b"changpiao/v1 name\n" + salt + name.encode()).hexdigest()
        yield good("name", what, comment, {"salt_hex": salt.hex(), "name_text": name}, {"commitment_hex": value})


def vectors() -> Iterator[Vector]:
    """Papers, their figures, their commitments."""
    yield from _layouts()
    yield from _figures()
    yield from _commitments()
    yield from _names()
