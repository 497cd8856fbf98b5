"""The report for people, with colour; the words are those of checks/wording.py [VERIFY-3], [VERIFY-4]."""

from typing import TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from verifier.checks.wording import GROUPS, STATES, evidence_lines, rehearsal_mark
from verifier.findings.report import CHECKS, LIMIT_EN, LIMIT_ZH, OUTCOMES, Report, shown

COLOURS = {"passed": "green", "failed": "bold red", "incomplete": "yellow", "untouched": "yellow", "not run": "dim"}
OUTCOME_COLOURS = {
    "VERIFIED": "bold green",
    "FAILED": "bold red",
    "INCOMPLETE": "bold yellow",
    "UNANCHORED": "bold yellow",
}

PIPE_COLUMNS = 160


def render_rich(report: Report, stream: TextIO) -> None:
    """Print the report; nothing from the record is ever read as markup."""
    # a file or a pipe has no width of its own; 80 columns would fold every line of the table
    width = None if stream.isatty() else PIPE_COLUMNS
    console = Console(file=stream, width=width, highlight=False, markup=False, emoji=False)
    facts = report.facts
    if "election" in facts:
        console.print(Text(f"{shown(str(facts['title']))} ({facts['election']}), {facts['date']}", style="bold"))
        console.print(Text(f"授权密钥指纹 authority fingerprint: {facts['authority_fingerprint']}"))
    if "size" in facts:
        console.print(Text(f"日志 log: {shown(str(facts['origin']))}, {facts['size']} 条 entries"))
        console.print(Text(f"root {facts['root']}"))
    table = Table(box=None, pad_edge=False)
    for heading in ("", "组 group", "结果 state", "对象 objects", "问题 failures", "内容 what"):
        table.add_column(heading, justify="right" if "s" in heading and heading[0] in "对问" else "left")
    for check, (group, chinese, english, _) in CHECKS.items():
        state = report.state_of(check)
        table.add_row(
            check,
            Text(f"{GROUPS[group]} {group}"),
            Text(STATES[state], style=COLOURS[state]),
            str(report.tally.objects[check]),
            str(report.failures_of(check)),
            Text(f"{chinese} {english}"),
        )
    console.print(table)
    for check in CHECKS:
        lines = list(evidence_lines(report, check))
        if lines:
            console.print(Text(check, style="bold"))
            console.print(Text("\n".join(lines)))
    for chinese, english in report.remarks:
        console.print(Text(f"注意 note: {chinese}。{english}", style="yellow"))
    outcome = report.outcome
    console.print(
        Text(f"结论 outcome: {OUTCOMES[outcome][1]} {outcome}{rehearsal_mark(report)}", style=OUTCOME_COLOURS[outcome])
    )
    console.print(Text(f"{LIMIT_ZH} {LIMIT_EN}", style="dim"))
