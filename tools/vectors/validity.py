"""Area `validity`: what a paper counts in each contest, every step and every value of its rule [VALID-1] to [VALID-5].

The figures are written by hand. A contest is given as its reason alone (`blank`, `over`, ...) or as what a valid paper
adds to it: one letter a candidate (`+` approve, `-` oppose, `?` unclear, `.` no mark) and how many names were written.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from tests.profiles import profile_body
from tools.vectors.form import Json, Vector, bad, good, sure
from tools.vectors.papers import ONE, TWO, unit

HEADS = (
    "valid", "blank", "over", "duplicate", "illegible", "unpaired", "torn", "not_official", "marked", "unidentifiable",
    "unstated", "written",
)  # fmt: skip
MARKS = "+-?."
Row = Sequence[int]
Part = str | tuple[str, int]
# the same person for both posts: candidate `a` 甲 is the first of each
BOTH: Json = {**TWO, "candidates": [{"id": "a", "name": "甲"}, *TWO["candidates"]]}
THIRD: Json = {**ONE, "id": "vice", "title": "副主任"}


def counted(papers: Sequence[Sequence[Part]], candidates: Sequence[int]) -> list[int]:
    """The figures of papers, each given contest by contest."""
    figures = [len(papers)]
    for place, people in enumerate(candidates):
        head, votes = [0] * len(HEADS), [0] * (4 * people)
        for paper in papers:
            part = paper[place]
            if isinstance(part, str):
                head[HEADS.index(part)] += 1
                continue
            marks, written = part
            sure(len(marks) == people, f"{marks}: {people} candidates")
            head[0] += 1
            head[-1] += written
            for who, mark in enumerate(marks):
                votes[4 * who + MARKS.index(mark)] += 1
        figures += [*head, *votes]
    return figures


def case(what: str, comment: str, rows: Sequence[Row], papers: Sequence[Sequence[Part]], **options: Any) -> Vector:
    """One vector: rows and what each of them is in each contest; options are contests, table, write_ins, rules."""
    contests = options.get("contests", (ONE,))
    rules = {f"ballot.{name}": value for name, value in options.get("rules", {}).items()}
    given = {
        "unit_json": unit(*contests), "layout": "village", "profile_json": profile_body(**rules),
        "rows_hex": [bytes(row).hex() for row in rows], "table": options.get("table", []),
    }  # fmt: skip
    figures = counted(papers, [len(contest["candidates"]) for contest in contests])
    return good("validity", what, comment, given, {"figures": figures, "write_ins": options.get("write_ins", [])})


def _single() -> Iterator[Vector]:
    """One contest: candidates a and b, one slot, one mark."""
    for what, comment, row, part in (
        ("approve", "one approval", (0, 1, 0, 0), ("+.", 0)),
        ("oppose-only", "a paper that only opposes is valid", (0, 2, 2, 0), ("--", 0)),
        ("unclear-only", "an unclear mark is a mark: not blank", (0, 3, 0, 0), ("?.", 0)),
        ("approve-and-oppose", "one approved, one opposed", (0, 1, 2, 0), ("+-", 0)),
        ("approve-and-unclear", "unclear is no approval", (0, 1, 3, 0), ("+?", 0)),
        ("blank", "no mark at all", (0, 0, 0, 0), "blank"),
        ("over", "two approvals, one allowed", (0, 1, 1, 0), "over"),
    ):
        yield case(what, comment, [row], [[part]])
    named = {"table": [7], "write_ins": [[0, 7, 1]]}
    yield case("written", "a written-in name alone", [(0, 0, 0, 1)], [[("..", 1)]], **named)
    yield case("written-and-approve", "the name is one approval more", [(0, 1, 0, 1)], [["over"]], table=[7])
    yield case("written-and-oppose", "opposing leaves room for a name", [(0, 2, 0, 1)], [[("-.", 1)]], **named)
    yield case("blank-invalid", "a blank paper is an abstention whatever notices call it", [(0, 0, 0, 0)], [["blank"]],
               rules={"blank": "invalid"})  # fmt: skip
    yield case("hundred", "a whole batch of one mark", [(0, 1, 0, 0)] * 100, [[("+.", 0)]] * 100)
    rows = [(0, 1, 0, 0), (0, 0, 1, 0), (0, 0, 0, 0), (0, 1, 1, 0), (1, 0, 0, 0), (0, 0, 0, 2)]
    kinds: list[list[Part]] = [[("+.", 0)], [(".+", 0)], ["blank"], ["over"], ["torn"], [("..", 1)]]
    yield case("mixed", "every kind of paper once", rows, kinds, table=[3, 9], write_ins=[[0, 9, 1]])


def _status() -> Iterator[Vector]:
    """Step 1: a status voids the whole paper, an extra mark as the profile says."""
    for status, name in enumerate(("torn", "not_official", "marked", "unidentifiable", "unstated"), 1):
        what = f"status-{name.replace('_', '-')}"
        yield case(what, "a void paper's marks do not count", [(status, 1, 0, 0)], [[name]])
        yield case(f"{what}-over", "nor does its over-vote", [(status, 1, 1, 0)], [[name]])
        for value in ("ignore", "part"):
            part: Part = ("+.", 0) if name == "marked" else name
            comment = f"extra marks are {value}d" if value == "ignore" else "the desk marks the touched part unclear"
            yield case(f"{what}-{value}", comment, [(status, 1, 0, 0)], [[part]], rules={"extra_mark": value})
    yield case("marked-ignore-blank", "an extra mark is no choice", [(3, 0, 0, 0)], [["blank"]],
               rules={"extra_mark": "ignore"})  # fmt: skip
    yield case("marked-part-unclear", "what it touches is unclear, the rest counts", [(3, 1, 3, 0)], [[("+?", 0)]],
               rules={"extra_mark": "part"})  # fmt: skip
    yield case("marked-ignore-over", "later steps follow", [(3, 1, 1, 0)], [["over"]], rules={"extra_mark": "ignore"})
    yield case("status-two-posts", "in every contest of the paper", [(3, 1, 1, 0, 1, 1, 1, 0, 0)],
               [["marked", "marked"]], contests=(ONE, TWO), rules={"overvote.scope": "ballot"})  # fmt: skip


def _illegible() -> Iterator[Vector]:
    """Step 2."""
    two = {"contests": (ONE, TWO)}
    whole = {**two, "rules": {"illegible": "ballot"}}
    row = (0, 3, 0, 0, 1, 0, 0, 0, 0)
    yield case("illegible-part", "the legible part counts", [row], [[("?.", 0), ("+..", 0)]], **two)
    yield case("illegible-ballot", "or nothing does", [row], [["illegible", "illegible"]], **whole)
    yield case("illegible-ballot-none", "legible papers stay", [(0, 1, 0, 0, 1, 0, 0, 0, 0)],
               [[("+.", 0), ("+..", 0)]], **whole)  # fmt: skip
    yield case("illegible-before-over", "before over-votes", [(0, 1, 1, 0, 0, 0, 3, 0, 0)],
               [["illegible", "illegible"]], **whole)  # fmt: skip
    yield case("illegible-after-status", "after the status", [(1, 3, 0, 0, 0, 0, 0, 0, 0)], [["torn", "torn"]],
               **whole)  # fmt: skip


def _over() -> Iterator[Vector]:
    """Step 3: comparison and scope."""
    two = {"contests": (ONE, TWO)}
    yield case("two-marks-of-two", "exactly max_marks", [(0, 1, 0, 0, 1, 1, 0, 0, 0)], [[("+.", 0), ("++.", 0)]], **two)
    row = (0, 1, 0, 0, 1, 1, 1, 0, 0)
    yield case("over-in-one-post", "an over-vote voids its own contest only", [row], [[("+.", 0), "over"]], **two)
    ballot = {**two, "rules": {"overvote.scope": "ballot"}}
    yield case("over-in-one-ballot", "or the whole paper", [row], [["over", "over"]], **ballot)
    yield case("over-ballot-blank", "also a contest that is blank", [(0, 0, 0, 0, 1, 1, 1, 0, 0)], [["over", "over"]],
               **ballot)  # fmt: skip
    yield case("ballot-no-over", "no over-vote, nothing changes", [(0, 1, 0, 0, 0, 0, 0, 0, 0)],
               [[("+.", 0), "blank"]], **ballot)  # fmt: skip
    for scope in ("post", "ballot"):
        total = {**two, "rules": {"overvote.compare": "total", "overvote.scope": scope}}
        yield case(f"total-{scope}-within", "three names for three marks, wherever they stand",
                   [(0, 0, 0, 0, 1, 1, 1, 0, 0)], [["blank", ("+++", 0)]], **total)  # fmt: skip
        yield case(f"total-{scope}-beyond", "four names for three marks void the paper", [row], [["over", "over"]],
                   **total)  # fmt: skip
    yield case("total-written", "names written in are names", [(0, 0, 0, 1, 1, 0, 0, 2, 0)],
               [[("..", 1), ("+..", 1)]], table=[4, 5], write_ins=[[0, 4, 1], [1, 5, 1]], contests=(ONE, TWO),
               rules={"overvote.compare": "total"})  # fmt: skip
    yield case("total-same-name", "one name in two posts is two approvals", [(0, 0, 0, 1, 1, 1, 0, 1, 0)],
               [["over", "over"]], table=[4], contests=(ONE, TWO), rules={"overvote.compare": "total"})  # fmt: skip


def _slots() -> Iterator[Vector]:
    """Distinct entries are approvals; [VALID-2] [VALID-5]."""
    two = {"contests": (ONE, TWO), "table": [4, 5]}
    yield case("same-slot-twice", "one name in two slots is one approval and one vote", [(0, 0, 0, 0, 1, 0, 0, 2, 2)],
               [["blank", ("+..", 1)]], **two, write_ins=[[1, 5, 1]])  # fmt: skip
    yield case("two-slots", "two names are two approvals", [(0, 0, 0, 0, 0, 0, 0, 2, 1)], [["blank", ("...", 2)]],
               **two, write_ins=[[1, 4, 1], [1, 5, 1]])  # fmt: skip
    yield case("two-slots-and-mark", "two names and a mark are three", [(0, 0, 0, 0, 1, 0, 0, 1, 2)],
               [["blank", "over"]], **two)  # fmt: skip
    yield case("no-candidates", "a contest of slots alone", [(0, 0, 1), (0, 0, 0)], [[("", 1)], ["blank"]],
               contests=({**TWO, "candidates": [], "id": "free"},), table=[1], write_ins=[[0, 1, 1]])  # fmt: skip


def _twice() -> Iterator[Vector]:
    """Step 4: the same person, the same name, in two posts of one paper."""
    posts = {"contests": (ONE, THIRD, BOTH), "table": [4, 5]}
    # chair a b + slot | vice a b + slot | member a c d e + two slots
    person = (0, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0)
    name = (0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 1, 2)
    columns: list[Part] = ["duplicate", (".+", 0), "duplicate"]
    first: list[Part] = [("+.", 0), (".+", 0), "blank"]
    named: list[Part] = [("..", 1), (".+", 0), ("....", 1)]
    whole: list[Part] = ["duplicate"] * 3
    votes: list[list[int]]
    for value, some, other, votes in (
        ("ballot", whole, whole, []),
        ("columns", columns, columns, []),
        ("highest_only", first, named, [[0, 4, 1], [2, 5, 1]]),
    ):
        rules = {"dup_post": value}
        what = value.replace("_", "-")
        yield case(f"person-twice-{what}", "one person approved for two posts", [person], [some], **posts, rules=rules)
        yield case(f"name-twice-{what}", "one name written in for two posts", [name], [other], **posts, rules=rules,
                   write_ins=votes)  # fmt: skip
    highest = {**posts, "rules": {"dup_post": "highest_only"}}
    yield case("person-thrice", "of three posts the first stays", [(0, 1, 0, 0, 1, 0, 0, 1, 1, 0, 0, 0, 0)],
               [[("+.", 0), "blank", (".+..", 0)]], **highest)  # fmt: skip
    yield case("person-opposed", "opposing in one post and approving in another is no clash",
               [(0, 2, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0)], [[("-.", 0), ("+.", 0), "blank"]], **posts)  # fmt: skip
    yield case("name-in-two-slots", "twice in one post is no clash", [(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1)],
               [["blank", "blank", ("....", 1)]], **posts, write_ins=[[2, 4, 1]])  # fmt: skip
    yield case("name-gone-from-slots", "both slots of the lower post are empty then",
               [(0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 1)], [[("..", 1), "blank", "blank"]], **highest,
               write_ins=[[0, 4, 1]])  # fmt: skip
    yield case("duplicate-blank", "the whole paper, also where it is blank", [(0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0)],
               [["duplicate"] * 3], **posts)  # fmt: skip
    over = (0, 1, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0)
    yield case("duplicate-of-over", "an over-vote is decided first; its approval still counts as one",
               [over], [["over", "duplicate", "duplicate"]], **posts)  # fmt: skip
    yield case("duplicate-of-over-columns", "the column that shares the person", [over],
               [["over", "duplicate", "blank"]], **posts, rules={"dup_post": "columns"})  # fmt: skip
    yield case("duplicate-of-over-highest", "the highest post is void, the lower approval empty all the same", [over],
               [["over", "blank", "blank"]], **highest)  # fmt: skip
    yield case("approvals-before-highest", "over-votes are found before approvals are emptied",
               [(0, 1, 0, 0, 0, 0, 0, 1, 1, 1, 0, 0, 0)], [[("+.", 0), "blank", "over"]], **highest)  # fmt: skip
    for what, comment, twin in (
        ("other-name", "one id, two names: two persons", {"id": "a", "name": "甲乙"}),
        ("other-id", "one name, two ids: two persons", {"id": "z", "name": "甲"}),
    ):
        namesake = {**TWO, "candidates": [twin, *TWO["candidates"]]}
        yield case(f"namesake-{what}", comment, [(0, 1, 0, 0, 1, 0, 0, 0, 0, 0)], [[("+.", 0), ("+...", 0)]],
                   contests=(ONE, namesake))  # fmt: skip
    yield case("name-of-candidate", "a written name is nobody's twin until it is adjudicated",
               [(0, 1, 0, 0, 0, 0, 0, 0, 1, 0)], [[("+.", 0), ("....", 1)]], contests=(ONE, BOTH), table=[4],
               write_ins=[[1, 4, 1]])  # fmt: skip


def _unpaired() -> Iterator[Vector]:
    """Step 5: a written-in person only for an opposed candidate."""
    rules = {"write_in": "needs_oppose"}
    one = {"table": [4, 5], "rules": rules}
    yield case("paired", "one opposed, one name", [(0, 2, 0, 1)], [[("-.", 1)]], **one, write_ins=[[0, 4, 1]])
    yield case("unpaired", "a name without an opposed candidate", [(0, 0, 0, 1)], [["unpaired"]], **one)
    yield case("unpaired-unclear", "unclear is not opposed", [(0, 3, 0, 1)], [["unpaired"]], **one)
    yield case("oppose-without-name", "nobody must write a name", [(0, 2, 2, 0)], [[("--", 0)]], **one)
    two = {**one, "contests": (TWO,)}
    yield case("unpaired-second", "two names, one opposed", [(0, 2, 0, 0, 1, 2)], [["unpaired"]], **two)
    yield case("paired-same-name", "one name twice is one", [(0, 2, 0, 0, 1, 1)], [[("-..", 1)]], **two,
               write_ins=[[0, 4, 1]])  # fmt: skip
    yield case("unpaired-one-post", "the other post counts", [(0, 0, 0, 1, 1, 0, 0, 0, 0)], [["unpaired", ("+..", 0)]],
               **{**one, "contests": (ONE, TWO)})  # fmt: skip
    yield case("unpaired-after-over", "over-votes come first", [(0, 1, 0, 1)], [["over"]], **one)
    emptied = {**rules, "dup_post": "highest_only"}
    yield case("paired-after-highest", "a slot that was emptied needs nobody opposed",
               [(0, 2, 0, 1, 1, 0, 0, 1, 0)], [[("-.", 1), ("+..", 0)]], contests=(ONE, TWO), table=[4], rules=emptied,
               write_ins=[[0, 4, 1]])  # fmt: skip


def _out_of_range() -> Iterator[Vector]:
    given = {
        "unit_json": unit(ONE), "layout": "village", "profile_json": profile_body(), "rows_hex": [], "table": [1, 2],
    }  # fmt: skip
    for what, comment, row in (
        ("status-6", "a status that does not exist", (6, 0, 0, 0)),
        ("mark-4", "a mark that does not exist", (0, 4, 0, 0)),
        ("mark-255", "255", (0, 0, 255, 0)),
        ("slot-3", "a slot beyond the table", (0, 0, 0, 3)),
        ("mark-on-void", "also on a void paper", (1, 9, 0, 0)),
    ):
        yield bad("validity", what, comment, {**given, "rows_hex": ["00010000", bytes(row).hex()]}, "E_RANGE")


def vectors() -> Iterator[Vector]:
    """Papers and what they count."""
    yield from _single()
    yield from _status()
    yield from _illegible()
    yield from _over()
    yield from _slots()
    yield from _twice()
    yield from _unpaired()
    yield from _out_of_range()
