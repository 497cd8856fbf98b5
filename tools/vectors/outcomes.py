"""Area `outcome`: who is elected. Every row of the tables of tests/laws, whose results were written by hand [LAW-4].

A row says what the law gives field by field; the vector carries the whole result, and the maker stops where the two
differ.
"""

from collections.abc import Iterator, Sequence

from tests.laws import rows_avoidance, rows_figures, rows_national, rows_provinces, rows_rounds, rows_women
from tests.laws.cases import Case
from tools.vectors.form import Vector, good, sure
from tools.vectors.villages import given

GROUPS: tuple[tuple[str, str, Sequence[Case]], ...] = (
    ("law", "national village law", (*rows_national.NATIONAL, *rows_national.SUPPLEMENTARY, *rows_national.RECALL)),
    ("place", "a province's rules", rows_provinces.PROVINCES),
    ("figures", "which figure is asked", rows_figures.ROWS),
    ("women", "women's seats", (*rows_women.ROWS, rows_women.SHORT)),
    ("relatives", "avoidance among relatives", rows_avoidance.ROWS),
    ("rounds", "rounds, lists, vacancies, bases", rows_rounds.ROWS),
)


def vectors() -> Iterator[Vector]:
    """One vector for each row."""
    for group, topic, rows in GROUPS:
        for row in rows:
            village = row.village()
            results = village.results()
            for name, due in row.due.items():
                wrong = due.compared(results[name])
                sure(not wrong, f"{group} {row.id} {name}: {wrong}")
            comment = f"{topic}: {row.id.replace('-', ' ')} ({row.covers})"
            expect = {"contests": [result.to_body() for result in results.values()]}
            yield good("outcome", f"{group}-{row.id.lower()}", comment, given(village), expect)
