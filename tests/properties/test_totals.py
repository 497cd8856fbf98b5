"""What stations write is what the verifier counts, and a third count in plain Python agrees [TOTALS-1] [STAND-2].

[VALID-1] [VALID-2] [VALID-3] [VALID-4] [VALID-5] [RUN-1] [RUN-2] [FIX-2] [BALLOT-3] [STATE-5]
"""

import io
import json
from contextlib import redirect_stdout
from itertools import count
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.properties.elections import RULES, Plan, Play, Post, pile, play, world_of
from tests.published import Story, authority_vkey, log_files, sealed_archive, write_files
from verifier.plain import main

pytestmark = [pytest.mark.property, pytest.mark.timeout(3000)]
FOLDERS = count()


@st.composite
def posts(draw: st.DrawFn) -> Post:
    candidates = draw(st.integers(0, 5))
    slots = draw(st.integers(0 if candidates else 1, 2))
    return Post(
        candidates=candidates, slots=slots, max_marks=draw(st.integers(1, 4)), layout=draw(st.integers(0, 1)),
        shared=draw(st.booleans()),
    )  # fmt: skip


plans = st.builds(
    Plan,
    posts=st.lists(posts(), min_size=1, max_size=4).map(tuple),
    rules=st.tuples(*(st.tuples(st.just(path), st.sampled_from(values)) for path, values in RULES.items())),
    names_full=st.booleans(),
    seed=st.integers(0, 2**32),
)


def written(game: Play, folder: Path) -> list[str]:
    """Publish; returns the verifier's arguments without the command."""
    world = game.story.world
    place = folder / str(next(FOLDERS))
    write_files(place / "public", log_files(world, world.entries))
    write_files(place / "sealed", sealed_archive(game.story.parts))
    return [str(place / "public"), "--processes", "1"]


def verified(game: Play, arguments: list[str]) -> None:
    """The whole record with every paper is verified."""
    sealed = str(Path(arguments[0]).with_name("sealed"))
    out = io.StringIO()
    with redirect_stdout(out):
        code = main(["verify", *arguments, "--key", authority_vkey(game.story.world), "--ballots", sealed])
    assert code == 0, out.getvalue()


def totals(arguments: list[str]) -> dict[tuple[str, str, str], int]:
    """What the verifier counts from the record alone."""
    out = io.StringIO()
    with redirect_stdout(out):
        assert main(["totals", *arguments, "--format", "json"]) == 0
    rows = [(row["unit"], row["contest"], row["candidate"], row["votes"]) for row in json.loads(out.getvalue())]
    found = {(unit, contest, candidate): votes for unit, contest, candidate, votes in rows}
    assert len(found) == len(rows)
    return found


@given(plans)
def test_three_counts_agree(tmp_path_factory: pytest.TempPathFactory, plan: Plan) -> None:
    """`totals` MUST recompute from the record alone: stations, verifier and plain Python give the same votes."""
    game = play(plan)
    arguments = written(game, tmp_path_factory.getbasetemp())
    verified(game, arguments)
    assert totals(arguments) == game.expected()


@given(plans, st.integers(0, 2**32))
def test_another_way_to_cut_the_papers_changes_no_total(
    tmp_path_factory: pytest.TempPathFactory, plan: Plan, cut: int
) -> None:
    """The same papers in other batches, another order, at other stations of the unit: the same totals."""
    folder = tmp_path_factory.getbasetemp()
    dice = Random(plan.seed)  # noqa: S311 - dice that can be thrown again, not a secret
    layouts = sorted({f"paper{post.layout}" for post in plan.posts})
    piles = {layout: pile(dice, plan, layout, 200) for layout in layouts}
    one, other = Play(plan, Story(world_of(plan))), Play(plan, Story(world_of(plan)))
    knife = Random(cut)  # noqa: S311 - the same
    for layout, papers in piles.items():
        for start in (0, 100):
            one.batch("v1", "1", layout, papers[start : start + 100])
        mixed = knife.sample(papers, len(papers))
        for share in ((0, 50), (50, 110), (110, 200)):
            other.batch("v1", knife.choice("12"), layout, mixed[slice(*share)])
    results = []
    for game in (one, other):
        game.finish()
        arguments = written(game, folder)
        verified(game, arguments)
        results.append(totals(arguments))
        assert results[-1] == game.expected()
    assert results[0] == results[1]
