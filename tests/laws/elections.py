"""Random small elections of one committee, full of ties and boundaries, for properties of the law."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from hypothesis import strategies as st

from tests.laws.village import Post, Village, village

POOL = "ABCDEFGH"
RULES: dict[str, tuple[object, ...]] = {
    "tie": ("runoff", "fewer_against"),
    "elected.base": ("collected", "issued", "registered", "valid", "voters"),
    "elected.strict": (True, False),
    "supplementary.base": ("collected", "valid", "voters"),
    "supplementary.majority_first": (False, True),
    "supplementary.margin": (0, 1, 2),
    "avoidance.fill": ("none", "next_qualified"),
    "female.on_fail": ("flag", "supplementary"),
    "vacancy.allowed": ("no", "before", "after"),
    "vacancy.min_members": (0, 1, 3),
    "overcount.base": ("voters", "issued"),
}
WOMEN = ("none", "top_woman_first", "procedure_2013", "dedicated_seat")


@dataclass(frozen=True, kw_only=True)
class Election:
    """A committee: posts from the highest, papers, the forms' figures, relatives, and the rules by path."""

    posts: tuple[Post, ...]
    papers: int
    voters: int
    issued: int
    registered: int
    rules: Mapping[str, object]
    relatives: tuple[tuple[str, str, str], ...]

    def village(self, forms: Sequence[Mapping[str, int]] = (), **more: Any) -> Village:
        """The unit; without `forms` one station says everything."""
        said = [{"voters": self.voters, "issued": self.issued, "collected": self.papers}]
        return village(
            *self.posts, papers=self.papers, rules=self.rules, registered=self.registered, forms=forms or said,
            relatives=self.relatives, **more,
        )  # fmt: skip

    def with_paper(self, contest: str, person: str) -> "Election":
        """One more voter, whose paper approves one person in one contest and leaves the others blank."""
        posts = [
            replace(post, votes={**post.votes, person: post.votes[person] + 1})
            if post.id == contest
            else replace(post, blank=post.blank + 1)
            for post in self.posts
        ]
        return replace(
            self, posts=tuple(posts), papers=self.papers + 1, voters=self.voters + 1, issued=self.issued + 1
        )


@st.composite
def posts(draw: st.DrawFn, number: int, papers: int, women: str, rule: str, round_: int) -> Post:
    """A post whose votes lie about the boundaries of a half and a third, and often tie."""
    seats = draw(st.integers(1, 3))
    names = draw(st.lists(st.sampled_from(POOL), min_size=1, max_size=5, unique=True))
    left = seats * papers
    near = st.one_of(st.sampled_from([papers // 2, papers // 2 + 1, papers // 3]), st.integers(0, papers))
    votes: dict[str, int] = {}
    for name in names:
        votes[name] = min(draw(near), left)
        left -= votes[name]
    oppose = {name: draw(st.integers(0, min(2, papers - count))) for name, count in votes.items()}
    return Post(
        id=f"p{number}", votes=votes, seats=seats, oppose=oppose, women=women, rule=rule, round=round_,
        female_only=draw(st.booleans()) and draw(st.booleans()),
    )  # fmt: skip


@st.composite
def elections(draw: st.DrawFn, most: int = 3, *, avoidance: bool = True, roll_down: bool = True) -> Election:
    """One committee of up to `most` posts."""
    papers = draw(st.integers(3, 15))
    women = "".join(name for name in POOL if draw(st.booleans()))
    rule = draw(st.sampled_from(["election", "election", "supplementary", "runoff"]))
    count = draw(st.integers(1, most))
    rules = {path: draw(st.sampled_from(values)) for path, values in RULES.items()}
    rules["female.method"] = draw(st.sampled_from(WOMEN))
    if avoidance and draw(st.booleans()):
        rules["avoidance.method"] = "highest_post_then_votes"
    if roll_down and draw(st.booleans()):
        rules |= {"roll_down": True, "names.full": True}
    pairs = [(first, second) for first in POOL for second in POOL if first < second]
    kin = draw(st.lists(st.sampled_from(pairs), max_size=6, unique=True)) if avoidance else []
    voters = papers + draw(st.integers(-1, 2))
    return Election(
        posts=tuple(draw(posts(number, papers, women, rule, 1)) for number in range(count)),
        papers=papers,
        voters=voters,
        issued=voters + draw(st.integers(-1, 1)),
        registered=voters + draw(st.integers(0, 2 * papers)),
        rules=rules,
        relatives=tuple((first, second, "sibling") for first, second in kin),
    )
