"""The county's counting kernel against DuckDB and Polars: the same papers, the same figures, the same run.

`python -m benchmarks.tally`. Job: for every batch of a commit group of thousands of units, all figures of its layout
(approve, oppose, unclear, abstain; valid, blank, over-vote, void by reason) and the votes for each written-in name.
"""

from collections.abc import Callable
from functools import partial

import duckdb
import numpy as np

from benchmarks.paper_piles import PAPERS, PROFILE, Pile, make_pile
from benchmarks.peers import Answer, Query, duckdb_query, polars_query
from benchmarks.rounds import Timing, heading, run_rounds, table, verdict
from coordinator.tally.planes import Group, Papers, judge_group

UNITS = 4000
ROUNDS = 9
LEAST_RATIO = 10.0
GROUP = 256  # batches of one commit, as the coordinator cuts them under load


def whole(pile: Pile) -> Group:
    """Every batch of a layout in one operation."""
    return judge_group(pile.shape, pile.papers, PROFILE)


def by_commit(pile: Pile) -> list[Group]:
    """The same in commit groups."""
    papers = pile.papers
    parts = [slice(first, first + GROUP) for first in range(0, len(papers.rows), GROUP)]
    return [
        judge_group(pile.shape, Papers(papers.rows[part], papers.counts[part], papers.tables[part]), PROFILE)
        for part in parts
    ]


def check(pile: Pile, peer: Query, name: str) -> None:
    """Stop if a peer counts otherwise: then the two did not do the same job."""
    own, (figures, names) = whole(pile), peer()
    assert own.in_range.all(), name
    assert np.array_equal(own.figures, figures), name
    assert np.array_equal(own.votes, names), name


def _asked(queries: dict[str, Query]) -> Callable[[], list[Answer]]:
    return lambda: [query() for query in queries.values()]


def main() -> None:
    """Print papers a CPU second and ratios."""
    heading("tally: validity and counts, numpy bit planes beside DuckDB and Polars")
    piles = {layout: make_pile(layout, UNITS, seed) for seed, layout in enumerate(PAPERS)}
    # the setting that costs DuckDB least: a second thread took 9 to 12 % more CPU for the same answers
    connection = duckdb.connect(config={"threads": 1})
    ducks = {layout: duckdb_query(connection, layout, pile) for layout, pile in piles.items()}
    bears = {layout: polars_query(pile) for layout, pile in piles.items()}
    for layout, pile in piles.items():
        check(pile, ducks[layout], f"DuckDB, {layout}")
        check(pile, bears[layout], f"Polars, {layout}")
    papers = sum(len(pile.rows) for pile in piles.values())
    batches = sum(len(pile.papers.rows) for pile in piles.values())
    print(f"   {UNITS} units, {len(piles)} layouts, {batches} batches, {papers} papers; all results equal")
    pieces: dict[str, Callable[[], object]] = {
        "ours, one operation a layout": lambda: [whole(pile) for pile in piles.values()],
        f"ours, commit groups of {GROUP}": lambda: [by_commit(pile) for pile in piles.values()],
        "DuckDB": _asked(ducks),
        "Polars": _asked(bears),
    }
    for layout, pile in piles.items():
        pieces[f"ours: {layout}"] = partial(whole, pile)
        pieces[f"DuckDB: {layout}"] = ducks[layout]
        pieces[f"Polars: {layout}"] = bears[layout]
    report(run_rounds(pieces, ROUNDS), piles, papers)


def report(timings: dict[str, Timing], piles: dict[str, Pile], papers: int) -> None:
    """The tables and the two ratios of the target."""
    rows = [("CPU, all threads", "papers/CPU s", "ns a paper", "ratio")]
    own = timings["ours, one operation a layout"]
    for name, timing in timings.items():
        layout = name.rpartition(": ")[2]
        count = len(piles[layout].rows) if layout in piles else papers
        base = timings[f"ours: {layout}"] if layout in piles else own
        rows.append((name, f"{count / timing.median / 1e6:.1f} M", f"{timing.median / count * 1e9:.1f}",
                     f"{timing.over(base):.1f}"))  # fmt: skip
    table(rows)
    for peer in ("DuckDB", "Polars"):
        verdict(f"{peer} CPU / ours, mixed layouts", timings[peer].over(own), least=LEAST_RATIO)


if __name__ == "__main__":
    main()
