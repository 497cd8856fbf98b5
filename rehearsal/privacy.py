"""How tables join and how papers are cut, so that no published batch is too small ([CUT-1], [CUT-2]).

Pure. Per unit and layout: a table below the threshold joins a sibling before counting; a unit below it as a whole
keeps one table with one batch, which is its total.
"""

from collections.abc import Mapping
from typing import Final

from rehearsal.idents import StationId

BATCH_PAPERS: Final = 100
THRESHOLD: Final = 50
"""Least number of papers of a published batch unless the election says more (spec 1-election.md, `threshold`)."""


def cut(papers: int) -> list[int]:
    """Cut n papers into ceil(n/100) batches whose sizes differ by at most one, the larger first ([CUT-1])."""
    if papers == 0:
        return []
    batches = -(-papers // BATCH_PAPERS)
    size, larger = divmod(papers, batches)
    return [size + 1] * larger + [size] * (batches - larger)


def joins(papers: Mapping[StationId, int], threshold: int = THRESHOLD) -> dict[StationId, StationId]:
    """Return which table of a unit joins which, for one layout ([CUT-2]).

    A table with papers, but fewer than the threshold, joins the first sibling (in the unit's order) that reaches
    it. If none does, all join the largest (the first of the largest), which then holds the unit's papers. Nobody
    joins a table that itself joins another; a table without papers joins nobody.
    """
    small = [station for station, count in papers.items() if 0 < count < threshold]
    hosts = [station for station, count in papers.items() if count >= threshold]
    if not small:
        return {}
    host = hosts[0] if hosts else max(small, key=lambda station: papers[station])
    return {station: host for station in small if station != host}
