"""The same counts asked of DuckDB and Polars in their own best words, grouped by batch, written-in names too.

Both get what they like best: a table of uint8 columns that is already in their memory, sorted by batch. Building it is
not timed. Each condition is computed once a row, as a person who knows the engine would write it. Of the spellings that
were tried (`FILTER`, sums of casts, 15-bit counters packed into one integer) `count_if` was the quickest for DuckDB.
"""

from collections.abc import Callable

import duckdb
import numpy as np
import polars as pl
from numpy.typing import NDArray

from benchmarks.paper_piles import Pile
from tally_protocol.election.shape import ContestShape, Shape

Counts = NDArray[np.int64]
# figures (batch, figure); names (row; batch, contest, code, votes)
Answer = tuple[Counts, Counts]
Query = Callable[[], Answer]


def _columns(pile: Pile) -> dict[str, NDArray[np.generic]]:
    cells = {f"c{i}": np.ascontiguousarray(pile.rows[:, i]) for i in range(pile.shape.width)}
    return {"batch": pile.batch, **cells}


def _cells(contest: ContestShape) -> tuple[list[str], list[str]]:
    marks = [f"c{i}" for i in range(contest.cell, contest.slot_cell)]
    return marks, [f"c{i}" for i in range(contest.slot_cell, contest.end_cell)]


def _figure_names(paper: Shape) -> list[str]:
    return [f"f{i}" for i in range(paper.figures)]


def _sql_judged(paper: Shape, table: str) -> str:
    """The table with two more columns a contest: over-vote of an ok paper, valid."""
    # the layouts here have one slot at most, so distinct names need no set
    flags, valid = [], []
    for number, contest in enumerate(paper.contests):
        marks, slots = _cells(contest)
        ones = [f"({cell} = 1)::UTINYINT" for cell in marks] + [f"({cell} <> 0)::UTINYINT" for cell in slots]
        flags.append(f"{' + '.join(ones)} > {contest.max_marks} AS more{number}")
        flags.append(f"({' | '.join(marks + slots)}) <> 0 AS any{number}")
        valid.append(f"c0 = 0 AND NOT more{number} AND any{number} AS v{number}")
    inner = f"SELECT *, {', '.join(flags)} FROM {table}"  # noqa: S608 - our own names
    return f"SELECT *, {', '.join(valid)} FROM ({inner})"  # noqa: S608 - the same


def _sql_counts(paper: Shape) -> str:
    """One expression a figure, in the order of the figures."""
    terms = ["count(*)"]
    for number, contest in enumerate(paper.contests):
        marks, slots = _cells(contest)
        conditions = [f"v{number}", f"c0 = 0 AND NOT more{number} AND NOT any{number}", f"c0 = 0 AND more{number}"]
        conditions += [f"c0 = {status}" for status in range(1, 6)]
        conditions += [f"v{number} AND {cell} <> 0" for cell in slots] or ["false"]
        conditions += [f"v{number} AND {cell} = {code}" for cell in marks for code in (1, 2, 3, 0)]
        terms += [f"count_if({condition})" for condition in conditions]
    return ", ".join(f"{term} AS f{i}" for i, term in enumerate(terms))


def duckdb_query(connection: duckdb.DuckDBPyConnection, table: str, pile: Pile) -> Query:
    """A call that runs the queries; the table is made now."""
    paper = pile.shape
    columns = _columns(pile)  # noqa: F841 - DuckDB finds it by its name in the next line
    connection.execute(f"CREATE OR REPLACE TABLE {table} AS SELECT * FROM columns")  # noqa: S608 - our own names
    judged = _sql_judged(paper, table)
    figures = f"SELECT {_sql_counts(paper)} FROM ({judged}) GROUP BY batch ORDER BY batch"  # noqa: S608 - our own names
    names = [
        f"SELECT batch, {number} AS contest, {cell} AS code, count(*) AS votes FROM ({judged}) "  # noqa: S608 - the same
        f"WHERE v{number} AND {cell} <> 0 GROUP BY batch, code ORDER BY batch, code"
        for number, contest in enumerate(paper.contests) for cell in _cells(contest)[1]
    ]  # fmt: skip

    def run() -> Answer:
        found = connection.execute(figures).fetchnumpy()
        counts = np.stack([found[column] for column in _figure_names(paper)], axis=1).astype(np.int64)
        return counts, _stacked([connection.execute(query).fetchnumpy() for query in names])

    return run


def _stacked(tables: list[dict[str, NDArray[np.generic]]]) -> Counts:
    parts = [
        np.stack([np.asarray(table[name]).astype(np.int64) for name in ("batch", "contest", "code", "votes")], axis=1)
        for table in tables
    ]
    return np.concatenate(parts) if parts else np.zeros((0, 4), np.int64)


def _polars_flags(contest: ContestShape, number: int) -> list[pl.Expr]:
    marks, slots = _cells(contest)
    ones = [pl.col(cell) == 1 for cell in marks] + [pl.col(cell) != 0 for cell in slots]
    approvals = pl.sum_horizontal([one.cast(pl.UInt8) for one in ones])
    touched = pl.any_horizontal([pl.col(cell) != 0 for cell in marks + slots])
    return [(approvals > contest.max_marks).alias(f"more{number}"), touched.alias(f"any{number}")]


def _polars_counts(paper: Shape) -> list[pl.Expr]:
    terms: list[pl.Expr] = [pl.len()]
    ok = pl.col("c0") == 0
    for number, contest in enumerate(paper.contests):
        marks, slots = _cells(contest)
        valid, more, touched = pl.col(f"v{number}"), pl.col(f"more{number}"), pl.col(f"any{number}")
        conditions = [valid, ok & ~more & ~touched, ok & more, *(pl.col("c0") == status for status in range(1, 6))]
        conditions += [valid & (pl.col(cell) != 0) for cell in slots] or [pl.lit(value=False)]
        conditions += [valid & (pl.col(cell) == code) for cell in marks for code in (1, 2, 3, 0)]
        terms += [condition.sum() for condition in conditions]
    return [term.cast(pl.Int64).alias(f"f{i}") for i, term in enumerate(terms)]


def polars_query(pile: Pile) -> Query:
    """A call that runs the lazy queries on Polars' streaming engine, the quicker one here; the frame is made now."""
    paper = pile.shape
    frame = pl.DataFrame(_columns(pile)).with_columns(pl.col("batch").set_sorted())
    flags = [flag for number, contest in enumerate(paper.contests) for flag in _polars_flags(contest, number)]
    valid = [
        ((pl.col("c0") == 0) & ~pl.col(f"more{number}") & pl.col(f"any{number}")).alias(f"v{number}")
        for number in range(len(paper.contests))
    ]
    judged = frame.lazy().with_columns(flags).with_columns(valid)
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
        tables = [{name: table[name].to_numpy() for name in table.columns} for table in rows]
        return found.select(_figure_names(paper)).to_numpy(), _stacked(tables)

    return run
