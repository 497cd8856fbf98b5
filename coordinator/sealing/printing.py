"""Before a real election is sealed: every name on a paper can be printed, or the folder is sent back.

A machine without fonts may seal, because it need not be the one that prints; it says so. A test election may carry any
name.
"""

import logging
from collections.abc import Iterator

from coordinator.sealing.draft import Draft, Folder
from coordinator.sealing.problems import Problems
from coordinator.sealing.tables import Row
from coordinator.settings import CountyError

LOG = logging.getLogger(__name__)


def check_printable(folder: Folder) -> None:
    """Raise SealingFault for names of units, posts and candidates with a character that no font has."""
    if folder.head.test:
        return
    try:
        from coordinator.fonts import county_fonts, package_for, shown  # noqa: PLC0415 - a library of the extra `centre`

        fonts = county_fonts()
    except (ImportError, CountyError) as error:
        LOG.warning("姓名能否打印未检查 · whether names can be printed was not checked: %s", error)
        return
    problems = Problems()
    for draft in folder.drafts.values():
        for row, text in _printed(draft):
            missing = fonts.unprintable(text)
            if missing:
                chars = "、".join(map(shown, missing))
                packages = " ".join(dict.fromkeys(map(package_for, missing)))
                problems.add(
                    row.file, row.line, f"“{text}”中的 {chars} 没有字体能打印；请更正，或装入字体（{packages}）",
                    f"no font can print {chars} of “{text}”; correct it, or install a font ({packages})",
                )  # fmt: skip
    problems.raise_any()


def _printed(draft: Draft) -> Iterator[tuple[Row, str]]:
    """What stands on papers and forms, with the row it came from."""
    for name in (draft.row.text("name"), *draft.place):
        yield draft.row, name
    for contest in draft.contests.values():
        yield draft.contest_rows[contest.id], contest.title
        for candidate in contest.candidates:
            yield draft.candidate_rows[candidate.id], candidate.name
