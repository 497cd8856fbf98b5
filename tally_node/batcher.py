"""When papers become batches: n papers of a layout are cut into ceil(n/100) nearly equal runs [CUT-1]. Pure.

`cut(250)` is `(84, 83, 83)`: 250 papers make three batches, the larger first, so that each has at least half the
maximum whenever there are that many papers. `runs(250)` gives the same as (start, stop) pairs.
"""

from tally_protocol.limits import BATCH_PAPERS


def cut(papers: int) -> tuple[int, ...]:
    """Sizes of the batches: they differ by at most one, the larger first [CUT-1]; none for no papers."""
    if papers < 0:
        raise ValueError("a stack has no negative number of papers")
    count = -(-papers // BATCH_PAPERS)
    if not count:
        return ()
    least, more = divmod(papers, count)
    return (least + 1,) * more + (least,) * (count - more)


def runs(papers: int) -> tuple[tuple[int, int], ...]:
    """The same as half-open (start, stop) pairs over the stack, in its order."""
    start = 0
    found = []
    for size in cut(papers):
        found.append((start, start + size))
        start += size
    return tuple(found)


def meets_threshold(papers: int, threshold: int, *, alone: bool) -> bool:
    """Whether a stack may be cut and published [CUT-2]: its smallest batch reaches the threshold, or it is the only
    batch of its layout in the unit (`alone`).
    """  # noqa: D205 - one sentence
    sizes = cut(papers)
    return not sizes or sizes[-1] >= threshold or (alone and len(sizes) == 1)
