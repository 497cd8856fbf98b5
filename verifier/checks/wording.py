"""The report as plain text, Chinese and English, without any library; both shells and the tests use it.

Serves [VERIFY-3], [VERIFY-4].
"""

from collections.abc import Iterator

from verifier.findings.codes import SENTENCES
from verifier.findings.report import CHECKS, LIMIT_EN, LIMIT_ZH, OUTCOMES, Report, shown

GROUPS = {
    "completeness": "完整",
    "authenticity": "真实",
    "consistency": "一致",
    "integrity": "正确",
    "evidence": "证据",
}
STATES = {
    "passed": "通过 passed",
    "failed": "不通过 FAILED",
    "incomplete": "不全 incomplete",
    "untouched": "没有对象 untouched",
    "not run": "未做 not run",
}
EVIDENCE_SHOWN = 5


def report_lines(report: Report) -> Iterator[str]:
    """The whole report, line by line."""
    facts = report.facts
    if "election" in facts:
        yield f"选举 election: {shown(str(facts['title']))} ({facts['election']}), {facts['date']}"
        yield f"授权密钥指纹 authority fingerprint: {facts['authority_fingerprint']}"
    if "size" in facts:
        yield f"日志 log: {shown(str(facts['origin']))}, {facts['size']} 条 entries, root {facts['root']}"
    group = ""
    for check, (owner, chinese, english, _) in CHECKS.items():
        if owner != group:
            group = owner
            yield f"{GROUPS[group]} {group}"
        objects, failures = report.tally.objects[check], report.failures_of(check)
        state = STATES[report.state_of(check)]
        yield f"  {check}  {state}: 对象 objects {objects}, 问题 failures {failures} | {chinese} {english}"
        yield from evidence_lines(report, check)
    for chinese, english in report.remarks:
        yield f"注意 note: {chinese}。{english}"
    yield f"结论 outcome: {OUTCOMES[report.outcome][1]} {report.outcome}{rehearsal_mark(report)}"
    yield f"{LIMIT_ZH} {LIMIT_EN}"


def rehearsal_mark(report: Report) -> str:
    """A verified rehearsal says so beside the outcome [VERIFY-4]."""
    return " （演练 rehearsal）" if report.facts.get("test") else ""


def evidence_lines(report: Report, check: str) -> Iterator[str]:
    """The first findings of a check: code, sentence, place, expected, found."""
    found = report.tally.evidence.get(check, [])
    for finding in found[:EVIDENCE_SHOWN]:
        chinese, english = SENTENCES[finding.code]
        yield f"      {finding.code} {chinese} ({english})"
        yield f"        位置 at {finding.place}"
        yield f"        应为 expected {finding.expected or '-'}; 实为 found {finding.found or '-'}"
    hidden = report.failures_of(check) - min(len(found), EVIDENCE_SHOWN)
    if hidden > 0:
        yield f"      另有 {hidden} 项，见 --json and {hidden} more, see --json"


def check_list() -> Iterator[str]:
    """Ids and sentences of all checks, for `checks` and `--list-checks`."""
    for check, (group, chinese, english, _) in CHECKS.items():
        yield f"{check}\t{group}\t{chinese}\t{english}"
