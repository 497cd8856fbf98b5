"""The county's counting kernel against DuckDB and Polars: the same papers, the same figures, the same run.

`python -m benchmarks.tally`. Job: for every batch of a commit group of thousands of units, all figures of its layout
(approve, oppose, unclear, abstain; valid, blank, over-vote, the same person twice, void by reason) and the votes for
each written-in name. Beside it what intake cannot avoid for the same batches: signatures and hashes.
"""

from collections.abc import Callable
from functools import partial

import duckdb
import numpy as np

from benchmarks.desk import BATCH_SIGNATURES, signer
from benchmarks.floors import Batch, intake_floor
from benchmarks.paper_piles import PAPERS, PROFILE, Pile, make_pile
from benchmarks.peers import Answer, Query, duckdb_query, polars_query
from benchmarks.rounds import Timing, heading, run_rounds, table, verdict
from coordinator.tally.planes import Group, judge_group

UNITS = 4000
ROUNDS = 9
LEAST_RATIO = 10.0
GROUP = 256  # batches of one commit, as the coordinator cuts them under load
FLOOR = 400  # batches whose signatures and hashes are timed
TEXT, NOTE = bytes(1_300), bytes(1_600)  # as long as those of a batch of twelve cells
MOST_SHARE = 10.0  # per cent
FLOOR_PIECE = "intake's floor"


def whole(pile: Pile) -> Group:
    """Every batch of a layout in one operation."""
    return judge_group(pile.shape, pile.papers, PROFILE)


def by_commit(pile: Pile) -> list[Group]:
    """The same in commit groups."""
    papers = pile.papers
    parts = [papers.part(first, first + GROUP) for first in range(0, len(papers.rows), GROUP)]
    return [judge_group(pile.shape, part, PROFILE) for part in parts]


def check(pile: Pile, peer: Query, name: str) -> None:
    """Stop if a peer counts otherwise: then the two did not do the same job."""
    own, (figures, names) = whole(pile), peer()
    assert own.in_range.all(), name
    assert np.array_equal(own.figures, figures), name
    assert np.array_equal(own.votes, names), name


def floor_batches(piles: dict[str, Pile]) -> list[Batch]:
    """The first batches of each pile as intake sees them; every text is signed by as many as in the other benchmark."""
    signers = [signer(f"tally {number}") for number in range(BATCH_SIGNATURES)]
    found = []
    for pile in piles.values():
        for number, count in enumerate(pile.papers.counts[: FLOOR // len(piles)]):
            text = TEXT + number.to_bytes(4, "big")
            signatures = tuple((one.public, one.sign(text).signature, text) for one in signers)
            found.append(Batch(text, NOTE, count, pile.shape.width, signatures))
    return found


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
    floor = floor_batches(piles)
    for layout, pile in piles.items():
        pieces[f"ours: {layout}"] = partial(whole, pile)
        pieces[f"DuckDB: {layout}"] = ducks[layout]
        pieces[f"Polars: {layout}"] = bears[layout]
    pieces[FLOOR_PIECE] = partial(intake_floor, floor)
    timings = run_rounds(pieces, ROUNDS)
    floor_timing = timings.pop(FLOOR_PIECE)
    report(timings, piles, papers)
    report_share(timings, floor_timing, len(floor), batches, papers)


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


def report_share(timings: dict[str, Timing], floor: Timing, floor_batches: int, batches: int, papers: int) -> None:
    """What judging adds to the work that intake cannot avoid."""
    in_groups = timings[f"ours, commit groups of {GROUP}"]
    share = in_groups.over(floor) / batches * floor_batches * 100
    ours, beside = in_groups.median / batches * 1e6, floor.median / floor_batches * 1e6
    print(f"   judging {papers} papers in commit groups: {ours:.2f} us a batch")
    needs = f"{BATCH_SIGNATURES} Ed25519, SHA-256 of papers and record, SHAKE-256"
    print(f"   intake's floor ({needs}): {beside:.0f} us a batch")
    verdict("judging, % of intake's floor", share, most=MOST_SHARE)


if __name__ == "__main__":
    main()
