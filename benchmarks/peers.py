"""The same counts asked of DuckDB and Polars in their own best words, grouped by batch, written-in names too.

Both get what they like best: a table of uint8 columns that is already in their memory, sorted by batch. Building it is
not timed. Each condition is computed once a row, as a person who knows the engine would write it; figures that the
rules of this run never give are not asked for. Of the spellings that were tried (`FILTER`, sums of casts, 15-bit
counters packed into one integer) `count_if` was the quickest for DuckDB.

The rules are those of `paper_piles.PROFILE`: a status other than ok, an over-vote, the same person or register number
in two posts each void the whole paper; an unclear mark does not. The layouts have one slot a contest at most, so
distinct names need no set.
"""

from collections.abc import Callable, Iterator
from itertools import combinations

import duckdb
import numpy as np
import polars as pl
from numpy.typing import NDArray

from benchmarks.paper_piles import PROFILE, Pile
from tally_protocol.election.shape import BLANK, OVER, TORN, WRITTEN, ContestShape, Shape
from tally_protocol.election.shape import DUPLICATE as TWICE

Counts = NDArray[np.int64]
# figures (batch, figure); names (row; batch, contest, code, votes)
Answer = tuple[Counts, Counts]
Query = Callable[[], Answer]

_RULES = PROFILE.ballot
assert (_RULES.extra_mark, _RULES.dup_post, _RULES.illegible, _RULES.write_in) == ("ballot", "ballot", "part", "free")
assert (_RULES.overvote.compare, _RULES.overvote.scope) == ("per_post", "ballot")


def _columns(pile: Pile) -> dict[str, NDArray[np.generic]]:
    cells = {f"c{i}": np.ascontiguousarray(pile.rows[:, i]) for i in range(pile.shape.width)}
    return {"batch": pile.batch, **cells}


def _cells(contest: ContestShape) -> tuple[list[str], list[str]]:
    marks = [f"c{i}" for i in range(contest.cell, contest.slot_cell)]
    return marks, [f"c{i}" for i in range(contest.slot_cell, contest.end_cell)]


def _pairs(paper: Shape) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Cells of one person in two posts; slot cells of two posts."""
    people = [(f"c{one}", f"c{two}") for group in paper.same_person for one, two in combinations(group, 2)]
    slots = [_cells(contest)[1] for contest in paper.contests]
    return people, [(one, two) for first, second in combinations(slots, 2) for one in first for two in second]


def _asked(paper: Shape) -> Iterator[tuple[int, ContestShape, dict[int, str]]]:
    """Each contest with its own figures that can be other than 0: index among its figures -> what is counted."""
    for number, contest in enumerate(paper.contests):
        asked = {0: f"v{number}", BLANK: f"b{number}", OVER: "over"}
        asked |= {TORN + status - 1: f"status {status}" for status in range(1, 6)}
        if any(_pairs(paper)):
            asked[TWICE] = "twice"
        if contest.slots:
            asked[WRITTEN] = "written"
        yield number, contest, asked


def _sql_judged(paper: Shape, table: str) -> str:
    """The table with the verdicts: over, twice, and for each contest valid and blank."""
    more, marked = [], []
    for contest in paper.contests:
        marks, slots = _cells(contest)
        ones = [f"({cell} = 1)::UTINYINT" for cell in marks] + [f"({cell} <> 0)::UTINYINT" for cell in slots]
        more.append(f"{' + '.join(ones)} > {contest.max_marks}")
        marked.append(f"({' | '.join(marks + slots)}) <> 0")
    people, numbers = _pairs(paper)
    twice = [f"({one} = 1 AND {two} = 1)" for one, two in people]
    twice += [f"({one} <> 0 AND {one} = {two})" for one, two in numbers]
    flags = [f"({' OR '.join(more)}) AS more", f"({' OR '.join(twice) or 'false'}) AS again"]
    flags += [f"{one} AS any{number}" for number, one in enumerate(marked)]
    inner = f"SELECT *, {', '.join(flags)} FROM {table}"  # noqa: S608 - our own names
    middle = f"SELECT *, c0 = 0 AND NOT more AND NOT again AS fine FROM ({inner})"  # noqa: S608 - the same
    verdicts = ["c0 = 0 AND more AS over", "c0 = 0 AND NOT more AND again AS twice"]
    for number in range(len(marked)):
        verdicts += [f"fine AND any{number} AS v{number}", f"fine AND NOT any{number} AS b{number}"]
    return f"SELECT *, {', '.join(verdicts)} FROM ({middle})"  # noqa: S608 - the same


def _sql_counts(paper: Shape) -> dict[int, str]:
    """One expression a figure."""
    terms = {0: "count(*)"}
    for number, contest, asked in _asked(paper):
        marks, slots = _cells(contest)
        for place, what in asked.items():
            condition = what.replace("status", "c0 =")
            if place == WRITTEN:
                condition = f"v{number} AND {slots[0]} <> 0"
            terms[contest.figure + place] = f"count_if({condition})"
        for place, (cell, code) in enumerate((cell, code) for cell in marks for code in (1, 2, 3, 0)):
            terms[contest.candidate_figure + place] = f"count_if(v{number} AND {cell} = {code})"
    return terms


def duckdb_query(connection: duckdb.DuckDBPyConnection, table: str, pile: Pile) -> Query:
    """A call that runs the queries; the table is made now."""
    paper = pile.shape
    columns = _columns(pile)  # noqa: F841 - DuckDB finds it by its name in the next line
    connection.execute(f"CREATE OR REPLACE TABLE {table} AS SELECT * FROM columns")  # noqa: S608 - our own names
    judged = _sql_judged(paper, table)
    terms = _sql_counts(paper)
    listed = ", ".join(f"{term} AS f{figure}" for figure, term in terms.items())
    figures = f"SELECT {listed} FROM ({judged}) GROUP BY batch ORDER BY batch"  # noqa: S608 - our own names
    names = [
        f"SELECT batch, {number} AS contest, {cell} AS code, count(*) AS votes FROM ({judged}) "  # noqa: S608 - the same
        f"WHERE v{number} AND {cell} <> 0 GROUP BY batch, code ORDER BY batch, code"
        for number, contest in enumerate(paper.contests) for cell in _cells(contest)[1]
    ]  # fmt: skip

    def run() -> Answer:
        found = connection.execute(figures).fetchnumpy()
        return _laid_out(paper, found), _stacked([connection.execute(query).fetchnumpy() for query in names])

    return run


def _laid_out(paper: Shape, found: dict[str, NDArray[np.generic]]) -> Counts:
    """(batch, figure), with 0 where nothing was asked; figure by figure in memory, as ours."""
    counts = np.zeros((paper.figures, len(found["f0"])), np.int64)
    for name, column in found.items():
        counts[int(name[1:])] = column
    return counts.T


def _stacked(tables: list[dict[str, NDArray[np.generic]]]) -> Counts:
    parts = [
        np.stack([np.asarray(table[name]).astype(np.int64) for name in ("batch", "contest", "code", "votes")], axis=1)
        for table in tables
    ]
    return np.concatenate(parts) if parts else np.zeros((0, 4), np.int64)


def _polars_flags(paper: Shape) -> list[list[pl.Expr]]:
    """The same in steps: each list may use the columns of those before it."""
    more, marked = [], []
    for contest in paper.contests:
        marks, slots = _cells(contest)
        ones = [pl.col(cell) == 1 for cell in marks] + [pl.col(cell) != 0 for cell in slots]
        more.append(pl.sum_horizontal([one.cast(pl.UInt8) for one in ones]) > contest.max_marks)
        marked.append(pl.any_horizontal([pl.col(cell) != 0 for cell in marks + slots]))
    people, numbers = _pairs(paper)
    twice = [(pl.col(one) == 1) & (pl.col(two) == 1) for one, two in people]
    twice += [(pl.col(one) != 0) & (pl.col(one) == pl.col(two)) for one, two in numbers]
    again = pl.any_horizontal(twice) if twice else pl.lit(value=False)
    ok, fine = pl.col("c0") == 0, pl.col("fine")
    return [
        [pl.any_horizontal(more).alias("more"), again.alias("again"),
         *(one.alias(f"any{number}") for number, one in enumerate(marked))],
        [(ok & ~pl.col("more") & ~pl.col("again")).alias("fine"), (ok & pl.col("more")).alias("over"),
         (ok & ~pl.col("more") & pl.col("again")).alias("twice")],
        [(fine & pl.col(f"any{number}")).alias(f"v{number}") for number in range(len(marked))]
        + [(fine & ~pl.col(f"any{number}")).alias(f"b{number}") for number in range(len(marked))],
    ]  # fmt: skip


def _polars_counts(paper: Shape) -> list[pl.Expr]:
    terms = {0: pl.len()}
    for number, contest, asked in _asked(paper):
        marks, slots = _cells(contest)
        valid = pl.col(f"v{number}")
        for place, what in asked.items():
            flag = pl.col("c0") == int(what[7:]) if what.startswith("status") else pl.col(what)
            if place == WRITTEN:
                flag = valid & (pl.col(slots[0]) != 0)
            terms[contest.figure + place] = flag.sum()
        for place, (cell, code) in enumerate((cell, code) for cell in marks for code in (1, 2, 3, 0)):
            terms[contest.candidate_figure + place] = (valid & (pl.col(cell) == code)).sum()
    return [term.cast(pl.Int64).alias(f"f{figure}") for figure, term in terms.items()]


def polars_query(pile: Pile) -> Query:
    """A call that runs the lazy queries on Polars' streaming engine, the quicker one here; the frame is made now."""
    paper = pile.shape
    judged = pl.DataFrame(_columns(pile)).with_columns(pl.col("batch").set_sorted()).lazy()
    for flags in _polars_flags(paper):
        judged = judged.with_columns(flags)
    figures = judged.group_by("batch").agg(_polars_counts(paper)).sort("batch")
    names = [
        judged.filter(pl.col(f"v{number}") & (pl.col(cell) != 0))
        .group_by("batch", pl.col(cell).alias("code"))
        .agg(pl.len().alias("votes"))
        .sort("batch", "code")
        .with_columns(contest=pl.lit(number))
        for number, contest in enumerate(paper.contests)
        for cell in _cells(contest)[1]
    ]

    def run() -> Answer:
        # one plan for all answers, so that the flags are computed once
        found, *rows = pl.collect_all([figures, *names], engine="streaming")
        counted = {name: found[name].to_numpy() for name in found.columns if name != "batch"}
        tables = [{name: table[name].to_numpy() for name in table.columns} for table in rows]
        return _laid_out(paper, counted), _stacked(tables)

    return run
