"""Findings with their evidence, the checks with their counts, the outcome, and all of it as data.

Serves [VERIFY-1], [VERIFY-2], [VERIFY-3], [VERIFY-4], [VERIFY-5], [VERIFY-6].
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from verifier.findings.codes import INCOMPLETE_CODES, SENTENCES, Refused

EVIDENCE_PER_CHECK: Final = 200

# id -> (group, Chinese, English, "if any": a check that touched nothing may still pass)
CHECKS: Final[dict[str, tuple[str, str, str, bool]]] = {
    "C1": ("completeness", "检查点所要求的文件齐全", "every file that the checkpoint implies is there", False),
    "C2": ("completeness", "每个选举单位都有选举文件", "every unit of the election has its note", False),
    "C3": ("completeness", "每个计票点都已启封并结束", "every station has opened and closed its chain", False),
    "C4": ("completeness", "每个单位都有引用最终记录的报告单", "every unit has a statement of the final heads", False),
    "C5": ("completeness", "每个已最终确认的单位都有结果认定", "every unit that is final has its determination", False),
    "A1": ("authenticity", "锚定密钥就是首条记录的授权密钥", "the anchor is the authority of entry 0", False),
    "A2": ("authenticity", "检查点签名", "checkpoint signatures", False),
    "A3": ("authenticity", "每条记录的签名人和签名", "signers and signatures of every record", False),
    "A4": ("authenticity", "没有不安全的公钥", "no weak key", False),
    "S1": (
        "consistency",
        "哈希文件、条目文件和日志根一致",
        "tiles and bundles equal what the entries give; root",
        False,
    ),
    "S2": ("consistency", "日志顺序", "order of the log", False),
    "S3": ("consistency", "每条链的衔接", "links of every chain", False),
    "S4": ("consistency", "对选举文件、名册、规则的引用", "citations of manifest, units, rosters, profiles", False),
    "S6": ("consistency", "每条链的状态", "states of the chains", False),
    "S5": ("consistency", "每条进度记录（如有）", "every standings record (if any)", True),
    "I1": ("integrity", "每条记录的写法和字段", "spelling and fields of every record", False),
    "I2": ("integrity", "每批数字平衡", "figures of every batch add up", False),
    "I3": ("integrity", "累计数", "running totals", False),
    "I4": ("integrity", "更正和作废（如有）", "corrections and voids (if any)", True),
    "I5": ("integrity", "结束、报告单、另选他人名单", "closes, statements, names", False),
    "I6": ("integrity", "公开下限", "publication threshold", False),
    "I7": (
        "integrity",
        "结果认定（如有）：逐项依规则重新判定",
        "determinations (if any): every outcome decided again",
        True,
    ),
    "I8": (
        "integrity",
        "宣布的当选人：每处不同都有理由（如有）",
        "declarations (if any): every difference has its reason",
        True,
    ),
    "E1": ("evidence", "逐张重新计票并重算承诺", "every paper counted again, every commitment recomputed", False),
    "E2": ("evidence", "回执和证明与日志相符（如有）", "receipts and proofs against the log (if any)", True),
}

OUTCOMES: Final[dict[str, tuple[int, str]]] = {
    "VERIFIED": (0, "核验通过"),
    "FAILED": (1, "核验不通过"),
    "INCOMPLETE": (2, "资料不全"),
    "UNANCHORED": (3, "未锚定"),
}
LIMIT_ZH: Final = "核验证明记录完整、未被改动、可以重算；不证明纸质选票当时被如实计数，那要靠纸票抽查。"
LIMIT_EN: Final = (
    "this shows that the record is whole, unaltered and adds up; "
    "it does not prove that the paper was counted honestly: that is what the paper audit is for"
)

_UNSAFE: Final = re.compile(
    "[^ -~\u00a1-\u1fff\u2010-\u2027\u2030-\u205e\u2070-\ud7ff\uf900-\ufefe\uff01-\uffef\U00010000-\U0003ffff]"
)


def shown(text: str, limit: int = 400) -> str:
    """Text from a record made safe for a terminal: control and direction characters are spelled out."""
    safe = _UNSAFE.sub(lambda match: f"\\u{ord(match.group()):04x}", text)
    return safe if len(safe) <= limit else safe[:limit] + "..."


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found: check, code, place in the record, what was expected and what was found."""

    check: str
    code: str
    place: str
    expected: str
    found: str
    index: int = -1

    @classmethod
    def of(cls, refused: Refused, place: str, index: int = -1) -> "Finding":
        """A refusal at a place."""
        return cls(refused.check, refused.code, shown(place), shown(refused.expected), shown(refused.found), index)

    def as_data(self) -> dict[str, object]:
        """The finding for programs, with the sentence in both languages."""
        chinese, english = SENTENCES[self.code]
        return {
            "code": self.code,
            "place": self.place,
            "expected": self.expected,
            "found": self.found,
            "zh": chinese,
            "en": english,
        }


@dataclass(slots=True)
class Tally:
    """Objects touched, failures, and as much evidence as a person can use; adds up over processes."""

    objects: Counter[str] = field(default_factory=Counter)
    failures: Counter[tuple[str, str]] = field(default_factory=Counter)  # (check, code)
    evidence: dict[str, list[Finding]] = field(default_factory=dict)

    def touch(self, check: str, count: int = 1) -> None:
        """Count objects of a check."""
        self.objects[check] += count

    def add(self, finding: Finding) -> None:
        """Keep a finding; beyond the bound only its number."""
        self.failures[finding.check, finding.code] += 1
        kept = self.evidence.setdefault(finding.check, [])
        if len(kept) < EVIDENCE_PER_CHECK:
            kept.append(finding)

    def merge(self, other: "Tally") -> None:
        """Take over what another process found."""
        self.objects.update(other.objects)
        self.failures.update(other.failures)
        for check, found in other.evidence.items():
            kept = self.evidence.setdefault(check, [])
            kept.extend(found[: EVIDENCE_PER_CHECK - len(kept)])

    def contradicted(self) -> bool:
        """Whether anything was found that is not merely missing."""
        return any(code not in INCOMPLETE_CODES and code != "UNANCHORED" for _, code in self.failures)


@dataclass(slots=True)
class Report:
    """The result of one verification."""

    tally: Tally = field(default_factory=Tally)
    ran: set[str] = field(default_factory=lambda: set(CHECKS) - {"E1", "E2"})
    anchored: bool = False
    absent: bool = False  # there is no record at all [VERIFY-2]
    facts: dict[str, object] = field(default_factory=dict)  # election, title, size, root, ...
    remarks: list[tuple[str, str]] = field(default_factory=list)  # what was not checked, and rehearsals: (zh, en)

    def failures_of(self, check: str) -> int:
        """Number of findings of a check."""
        return sum(count for (owner, _), count in self.tally.failures.items() if owner == check)

    def state_of(self, check: str) -> str:
        """passed, failed, incomplete, untouched or not run."""
        if check not in self.ran:
            return "not run"
        codes = {code for (owner, code), count in self.tally.failures.items() if owner == check and count}
        if codes - INCOMPLETE_CODES - {"UNANCHORED"}:
            return "failed"
        if codes:
            return "incomplete"
        if self.tally.objects[check] == 0 and not CHECKS[check][3]:
            return "untouched"
        return "passed"

    @property
    def outcome(self) -> str:
        """[VERIFY-1] FAILED, UNANCHORED, INCOMPLETE, VERIFIED; an absent record is INCOMPLETE [VERIFY-2]."""
        states = {check: self.state_of(check) for check in self.ran}
        if "failed" in states.values():
            return "FAILED"
        if self.absent:
            return "INCOMPLETE"
        if not self.anchored:
            return "UNANCHORED"
        if set(states.values()) != {"passed"}:
            return "INCOMPLETE"
        return "VERIFIED"

    @property
    def exit_code(self) -> int:
        """Exit code of the outcome (spec/7)."""
        return OUTCOMES[self.outcome][0]

    def as_data(self) -> dict[str, object]:
        """The whole report for programs, in the words of the text report."""
        return {
            "outcome": self.outcome,
            "outcome_zh": OUTCOMES[self.outcome][1],
            "exit_code": self.exit_code,
            **self.facts,
            "remarks": [{"zh": zh, "en": en} for zh, en in self.remarks],
            "checks": [self._check_data(check) for check in CHECKS],
            "limit": {"zh": LIMIT_ZH, "en": LIMIT_EN},
        }

    def _check_data(self, check: str) -> dict[str, object]:
        group, chinese, english, _ = CHECKS[check]
        return {
            "id": check,
            "group": group,
            "zh": chinese,
            "en": english,
            "state": self.state_of(check),
            "objects": self.tally.objects[check],
            "failures": self.failures_of(check),
            "evidence": [finding.as_data() for finding in self.tally.evidence.get(check, [])],
        }
