"""Papers for the tables of the law: marks by name in, what each contest of the paper was counted under out."""

from collections.abc import Mapping, Sequence

from tally_protocol.election.shape import CONTEST_FIGURES, PER_CANDIDATE, STATUSES, WRITTEN, Shape, shape
from tally_protocol.law.profile import Profile
from tally_protocol.law.validity import judge
from tests.laws.village import Post, village

MARKS = {"○": 1, "×": 2, "?": 3}


def paper_shape(*posts: Post) -> Shape:
    """The shape of one paper with these posts."""
    return shape(village(*posts).unit, "paper")


def figure(paper: Shape, figures: Sequence[int], contest: str, word: str) -> int:
    """One of a contest's own figures by its name."""
    (place,) = [one for one in paper.contests if one.contest == contest]
    return figures[place.figure + CONTEST_FIGURES.index(word)]


def row(posts: Sequence[Post], marks: Mapping[str, str], status: str = "ok") -> bytes:
    """A paper: `{"chair": "○A ×B +1"}` approves A, opposes B and writes in the first name of the table."""
    cells = [STATUSES.index(status)]
    for post in posts:
        own = dict.fromkeys(post.votes, 0)
        slots: list[int] = []
        for mark in marks.get(post.id, "").split():
            if mark[0] == "+":
                slots.append(int(mark[1:]))
            else:
                own[mark[1:]] = MARKS[mark[0]]
        cells += [*own.values(), *slots, *[0] * (post.slots - len(slots))]
    return bytes(cells)


def kinds(law: Profile, posts: Sequence[Post], marks: Mapping[str, str], status: str = "ok") -> dict[str, str]:
    """Contest -> the word under which one paper counts there."""
    paper = paper_shape(*posts)
    figures = judge(paper, [row(posts, marks, status)], [1, 2, 3], law).figures
    return {
        place.contest: next(word for word in CONTEST_FIGURES[:WRITTEN] if figure(paper, figures, place.contest, word))
        for place in paper.contests
    }


def votes(law: Profile, posts: Sequence[Post], marks: Mapping[str, str]) -> dict[str, str]:
    """Contest -> the candidates that one paper's approvals count for."""
    paper = paper_shape(*posts)
    figures = judge(paper, [row(posts, marks)], [1, 2, 3], law).figures
    found = {}
    for place, post in zip(paper.contests, posts, strict=True):
        approvals = figures[place.candidate_figure : place.end_figure : PER_CANDIDATE]
        found[post.id] = " ".join(name for name, count in zip(post.votes, approvals, strict=True) if count)
    return found
