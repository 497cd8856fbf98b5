"""Areas `layout`, `validity`, `figures`, `name`, `commitment`: what a paper counts for, by hand [VALID-1] to [VALID-5].

The figures of the small paper are written here by hand, not computed: two candidates and a slot, one mark.
"""

from collections.abc import Iterator, Sequence
from hashlib import sha256, shake_256
from typing import Any

from tools.vectors.forge import county, find, parts
from tools.vectors.form import Json, Vector, bad, good

ONE: Json = {
    "candidates": [{"id": "a", "name": "甲"}, {"id": "b", "name": "乙"}],
    "id": "chair",
    "max_marks": 1,
    "round": 1,
    "seats": 1,
    "title": "主任",
    "write_ins": 1,
}
TWO: Json = {
    "candidates": [{"id": "c", "name": "丙"}, {"id": "d", "name": "丁"}, {"id": "e", "name": "戊"}],
    "id": "member",
    "max_marks": 2,
    "round": 1,
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


def _valid(what: str, comment: str, rows: Sequence[Sequence[int]], figures: list[int], **options: Any) -> Vector:
    given = {
        "unit_json": options.get("unit") or unit(ONE),
        "layout": "village",
        "overvote": options.get("overvote", "post"),
        "rows_hex": [bytes(row).hex() for row in rows],
        "table": options.get("table", []),
    }
    return good("validity", what, comment, given, {"figures": figures, "write_ins": options.get("write_ins", [])})


# papers | valid blank over torn not_official marked unidentifiable unstated written | a: approve oppose unclear abstain
def _one(head: list[int], a: list[int], b: list[int], papers: int = 1) -> list[int]:
    return [papers, *head, *a, *b]


VALID, BLANK, OVER = [1, *[0] * 8], [0, 1, *[0] * 7], [0, 0, 1, *[0] * 6]
NONE = [0, 0, 0, 0]


def _single() -> Iterator[Vector]:
    yield _valid("approve", "one approval", [(0, 1, 0, 0)], _one(VALID, [1, 0, 0, 0], [0, 0, 0, 1]))
    yield _valid(
        "oppose-only", "a paper that only opposes is valid", [(0, 2, 2, 0)], _one(VALID, [0, 1, 0, 0], [0, 1, 0, 0])
    )
    yield _valid(
        "unclear-only", "an unclear mark is a mark: not blank", [(0, 3, 0, 0)], _one(VALID, [0, 0, 1, 0], [0, 0, 0, 1])
    )
    yield _valid(
        "approve-and-oppose", "one approved, one opposed", [(0, 1, 2, 0)], _one(VALID, [1, 0, 0, 0], [0, 1, 0, 0])
    )
    yield _valid(
        "approve-and-unclear", "unclear is no approval", [(0, 1, 3, 0)], _one(VALID, [1, 0, 0, 0], [0, 0, 1, 0])
    )
    yield _valid("blank", "no mark at all", [(0, 0, 0, 0)], _one(BLANK, NONE, NONE))
    yield _valid("over", "two approvals, one allowed", [(0, 1, 1, 0)], _one(OVER, NONE, NONE))
    written = [1, 0, 0, 0, 0, 0, 0, 0, 1]
    yield _valid(
        "written",
        "a written-in name alone",
        [(0, 0, 0, 1)],
        _one(written, [0, 0, 0, 1], [0, 0, 0, 1]),
        table=[7],
        write_ins=[[0, 7, 1]],
    )
    yield _valid(
        "written-and-approve",
        "the written-in name is one approval more",
        [(0, 1, 0, 1)],
        _one(OVER, NONE, NONE),
        table=[7],
    )
    yield _valid(
        "written-and-oppose",
        "opposing leaves room for a name",
        [(0, 2, 0, 1)],
        _one(written, [0, 1, 0, 0], [0, 0, 0, 1]),
        table=[7],
        write_ins=[[0, 7, 1]],
    )
    for status, name in enumerate(("torn", "not-official", "marked", "unidentifiable", "unstated"), 1):
        head = [0] * 9
        head[2 + status] = 1
        yield _valid(f"status-{name}", "a void paper's marks do not count", [(status, 1, 0, 0)], _one(head, NONE, NONE))
        yield _valid(f"status-{name}-over", "nor does its over-vote", [(status, 1, 1, 0)], _one(head, NONE, NONE))
    yield _valid(
        "hundred",
        "a whole batch of one mark",
        [(0, 1, 0, 0)] * 100,
        _one([100, *[0] * 8], [100, 0, 0, 0], [0, 0, 0, 100], 100),
    )
    mixed = [(0, 1, 0, 0), (0, 0, 1, 0), (0, 0, 0, 0), (0, 1, 1, 0), (1, 0, 0, 0), (0, 0, 0, 2)]
    yield _valid(
        "mixed",
        "every kind of paper once",
        mixed,
        _one([3, 1, 1, 1, 0, 0, 0, 0, 1], [1, 0, 0, 2], [1, 0, 0, 2], 6),
        table=[3, 9],
        write_ins=[[0, 9, 1]],
    )


def _several() -> Iterator[Vector]:
    both = unit(ONE, TWO)
    # chair: a b + slot | member: c d e + two slots
    head = [1, *[0] * 8]
    free = [[0, 0, 0, 1]] * 3
    yield _valid(
        "two-marks-of-two",
        "exactly max_marks",
        [(0, 1, 0, 0, 1, 1, 0, 0, 0)],
        [1, *head, 1, 0, 0, 0, 0, 0, 0, 1, *head, 1, 0, 0, 0, 1, 0, 0, 0, *free[0]],
        unit=both,
    )
    yield _valid(
        "over-in-one-post",
        "an over-vote voids its own contest only",
        [(0, 1, 0, 0, 1, 1, 1, 0, 0)],
        [1, *head, 1, 0, 0, 0, 0, 0, 0, 1, *OVER, *NONE * 3],
        unit=both,
    )
    yield _valid(
        "over-in-one-ballot",
        "or the whole paper, where the profile says so",
        [(0, 1, 0, 0, 1, 1, 1, 0, 0)],
        [1, *OVER, *NONE * 2, *OVER, *NONE * 3],
        unit=both,
        overvote="ballot",
    )
    yield _valid(
        "over-ballot-blank",
        "also a contest that is blank",
        [(0, 0, 0, 0, 1, 1, 1, 0, 0)],
        [1, *OVER, *NONE * 2, *OVER, *NONE * 3],
        unit=both,
        overvote="ballot",
    )
    yield _valid(
        "ballot-status",
        "a void paper keeps its status",
        [(3, 1, 1, 0, 1, 1, 1, 0, 0)],
        [1, 0, 0, 0, 0, 0, 1, 0, 0, 0, *NONE * 2, 0, 0, 0, 0, 0, 1, 0, 0, 0, *NONE * 3],
        unit=both,
        overvote="ballot",
    )
    yield _valid(
        "ballot-no-over",
        "no over-vote, nothing changes",
        [(0, 1, 0, 0, 0, 0, 0, 0, 0)],
        [1, *head, 1, 0, 0, 0, 0, 0, 0, 1, *BLANK, *NONE * 3],
        unit=both,
        overvote="ballot",
    )


def _slots() -> Iterator[Vector]:
    both, free = unit(ONE, TWO), [[0, 0, 0, 1]] * 3
    written = [1, 0, 0, 0, 0, 0, 0, 0]
    yield _valid(
        "same-slot-twice",
        "one name in two slots is one approval and one vote",
        [(0, 0, 0, 0, 1, 0, 0, 2, 2)],
        [1, *BLANK, *NONE * 2, *written, 1, 1, 0, 0, 0, *free[0], *free[0]],
        unit=both,
        table=[4, 5],
        write_ins=[[1, 5, 1]],
    )
    yield _valid(
        "two-slots",
        "two names are two approvals",
        [(0, 0, 0, 0, 0, 0, 0, 2, 1)],
        [1, *BLANK, *NONE * 2, *written, 2, *free[0], *free[1], *free[2]],
        unit=both,
        table=[4, 5],
        write_ins=[[1, 4, 1], [1, 5, 1]],
    )
    yield _valid(
        "two-slots-and-mark",
        "two names and a mark are three",
        [(0, 0, 0, 0, 1, 0, 0, 1, 2)],
        [1, *BLANK, *NONE * 2, *OVER, *NONE * 3],
        unit=both,
        table=[4, 5],
    )
    yield _valid(
        "one-name-two-contests",
        "votes of a name are kept by contest",
        [(0, 0, 0, 1, 0, 0, 0, 1, 0)],
        [1, *written, 1, *free[0], *free[1], *written, 1, *free[0], *free[1], *free[2]],
        unit=both,
        table=[9],
        write_ins=[[0, 9, 1], [1, 9, 1]],
    )
    slots = {**TWO, "candidates": [], "id": "free"}
    yield _valid(
        "no-candidates",
        "a contest of slots alone",
        [(0, 0, 1), (0, 0, 0)],
        [2, 1, 1, 0, 0, 0, 0, 0, 0, 1],
        unit=unit(slots),
        table=[1],
        write_ins=[[0, 1, 1]],
    )


def _out_of_range() -> Iterator[Vector]:
    given = {"unit_json": unit(ONE), "layout": "village", "overvote": "post", "rows_hex": [], "table": [1, 2]}
    for what, comment, row in (
        ("status-6", "a status that does not exist", (6, 0, 0, 0)),
        ("mark-4", "a mark that does not exist", (0, 4, 0, 0)),
        ("mark-255", "255", (0, 0, 255, 0)),
        ("slot-3", "a slot beyond the table", (0, 0, 0, 3)),
        ("mark-on-void", "also on a void paper", (1, 9, 0, 0)),
    ):
        yield bad("validity", what, comment, {**given, "rows_hex": ["00010000", bytes(row).hex()]}, "E_RANGE")


def _layouts() -> Iterator[Vector]:
    body = parts(county()[find(county(), "unit")])[1]
    yield good(
        "layout",
        "village",
        "two contests: 1 + 3 + 4 cells, 1 + 17 + 21 figures",
        {"unit_json": body, "layout": "village"},
        {"width": 8, "figures": 39},
    )
    yield good(
        "layout",
        "deputies",
        "one contest without slots",
        {"unit_json": body, "layout": "deputies"},
        {"width": 3, "figures": 18},
    )
    yield good(
        "layout",
        "slots-only",
        "no printed candidate",
        {"unit_json": unit({**TWO, "candidates": []}), "layout": "village"},
        {"width": 3, "figures": 10},
    )
    wide = unit({**ONE, "candidates": [{"id": f"k{i}", "name": "甲"} for i in range(512)], "write_ins": 9})
    yield good(
        "layout",
        "widest-contest",
        "512 candidates and nine slots",
        {"unit_json": wide, "layout": "village"},
        {"width": 522, "figures": 2058},
    )
    yield bad(
        "layout", "unknown", "a paper that the unit does not have", {"unit_json": body, "layout": "other"}, "E_LAYOUT"
    )


def _figures() -> Iterator[Vector]:
    body = unit({**TWO, "write_ins": 1})
    #        papers valid blank over torn nof mar uni uns written | c ... | d ... | e ...
    right = [10, 6, 1, 1, 1, 0, 1, 0, 0, 2, 3, 1, 0, 2, 6, 0, 0, 0, 0, 0, 1, 5]
    yield good("figures", "good", "every sum holds", {"unit_json": body, "layout": "village", "figures": right})
    zero = [0] * 22
    yield good("figures", "zeros", "no papers", {"unit_json": body, "layout": "village", "figures": zero})
    full = [5, 5, 0, 0, 0, 0, 0, 0, 0, 5, 5, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 5]
    yield good(
        "figures",
        "all-marks-used",
        "approvals and names are exactly max_marks x valid",
        {"unit_json": body, "layout": "village", "figures": full},
    )
    for what, comment, code, figures in (
        ("short", "one integer is missing", "E_FIGURES", right[:-1]),
        ("long", "one integer too many", "E_FIGURES", [*right, 0]),
        ("none", "no integers", "E_FIGURES", []),
        ("papers", "one paper more than the sums", "E_SUM", [11, *right[1:]]),
        ("blank", "one blank paper more", "E_SUM", [*right[:2], 2, *right[3:]]),
        ("candidate", "a candidate's marks are not the valid papers", "E_SUM", [*right[:-1], 6]),
        ("last-candidate", "one mark less", "E_SUM", [*right[:-1], 4]),
        ("valid-moved", "a valid paper counted as blank", "E_SUM", [10, 5, 2, *right[3:]]),
        (
            "too-many-approvals",
            "more approvals than marks allowed",
            "E_SUM",
            [5, 5, 0, 0, 0, 0, 0, 0, 0, 5, 5, 0, 0, 0, 1, 0, 0, 4, 0, 0, 0, 5],
        ),
        (
            "too-many-written",
            "more names than slots",
            "E_SUM",
            [5, 5, 0, 0, 0, 0, 0, 0, 0, 6, 0, 5, 0, 0, 0, 0, 0, 5, 0, 0, 0, 5],
        ),
        ("written-on-blank", "names on papers that are not valid", "E_SUM", [5, 0, 5, 0, 0, 0, 0, 0, 0, 1, *[0] * 12]),
    ):
        yield bad("figures", what, comment, {"unit_json": body, "layout": "village", "figures": figures}, code)
    missing = {"unit_json": body, "layout": "other", "figures": right}
    yield bad("figures", "layout", "a paper that the unit does not have", missing, "E_LAYOUT")


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
    yield from _single()
    yield from _several()
    yield from _slots()
    yield from _out_of_range()
    yield from _figures()
    yield from _commitments()
    yield from _names()
