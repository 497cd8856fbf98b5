"""What the committee does: steps, statement, names, the outcome by the rules, the declaration, notice 15."""

import re
from pathlib import Path
from typing import Annotated

import typer

from tally_node.commands.shell import (
    HomeOption,
    JsonOption,
    PassphraseOption,
    TimeOption,
    UnitOption,
    at,
    show_findings,
    station,
    talk,
    tell,
)
from tally_node.committee import Adjudicated
from tally_node.desk import STEPS
from tally_node.voice import NodeError
from tally_protocol.election.unit import Unit
from tally_protocol.errors import ProtocolError
from tally_protocol.law.declared import REASON_WORDS, Reason
from tally_protocol.law.explanation import explain_decided
from tally_protocol.law.outcome import decide_unit
from tally_protocol.law.reconciliation import findings
from tally_protocol.law.result import Result
from tally_protocol.law.states import STEPS_WITH_REASON, UNIT_STEPS
from tally_protocol.record.deciding import tally_of

Said = tuple[str, str, str]
_DIFFERENCE = re.compile(rf"([^:]+):(.+?)=({'|'.join(sorted(REASON_WORDS))})(?: (.*))?")
UnitArgument = Annotated[str, typer.Argument(metavar="UNIT", help="单位编号 / unit id")]
StepArgument = Annotated[
    str,
    typer.Argument(metavar="STEP", help=f"计票点 / station: {', '.join(STEPS)}; 单位 / unit: {', '.join(UNIT_STEPS)}"),
]
StepStation = Annotated[
    str | None, typer.Option("--station", help="计票点编号，单位的步骤不写 / station id, none for a unit's step")
]
StepReason = Annotated[
    str | None,
    typer.Option("--reason", help=f"原因 / reason, exactly for {', '.join(sorted(STEPS_WITH_REASON))}"),
]
SpellingOption = Annotated[
    list[str] | None,
    typer.Option("--spelling", metavar="CONTEST:NAME=WRITTEN", help="另一种写法是同一人 / another spelling"),
]
MeansOption = Annotated[
    list[str] | None,
    typer.Option("--means", metavar="CONTEST:NAME=CANDIDATE", help="即另一职位的候选人 / a candidate of another post"),
]
SexOption = Annotated[
    list[str] | None, typer.Option("--sex", metavar="CONTEST:NAME=f|m", help="性别 / sex, for women's seats")
]
DifferOption = Annotated[
    list[str] | None,
    typer.Option(
        "--differ",
        metavar="CONTEST:PERSON=WORD [TEXT]",
        help=f"与规则结果不同的一人及理由 / one person and why: {', '.join(sorted(REASON_WORDS))}",
    ),
]


def step_command(
    home: HomeOption,
    word: StepArgument,
    unit: UnitOption,
    station_id: StepStation = None,
    reason: StepReason = None,
    time: TimeOption = None,
    passphrase_file: PassphraseOption = None,
    *,
    json_output: JsonOption = False,
) -> None:
    """登记一个步骤：投票结束、中断、公布、备案等 / record a step: polls closed, interrupted, announced, filed, ..."""
    with station(home, passphrase_file, as_object=json_output) as opened:
        if station_id is None:
            digest = opened.committee(unit).step(word, at(time), reason)
        else:
            digest = opened.table(unit, station_id).step(word, at(time), reason)
        tell(f"步骤已登记：{word}", f"step recorded: {word}", {"hash": digest.hex()}, as_object=json_output)


def statement_command(
    home: HomeOption,
    unit: UnitOption,
    time: TimeOption = None,
    passphrase_file: PassphraseOption = None,
    *,
    json_output: JsonOption = False,
) -> None:
    """出具计票结果报告单 / the committee's statement of the count."""
    with station(home, passphrase_file, as_object=json_output) as opened:
        digest = opened.committee(unit).statement(at(time))
        tell("计票结果报告单已签名", "statement signed", {"hash": digest.hex()}, as_object=json_output)


def names_command(
    home: HomeOption,
    unit: UnitOption,
    spelling: SpellingOption = None,
    means: MeansOption = None,
    sex: SexOption = None,
    time: TimeOption = None,
    passphrase_file: PassphraseOption = None,
    *,
    json_output: JsonOption = False,
) -> None:
    """公开另选他人；谁是谁由选举委员会认定 / open the written-in names; who is who is adjudicated, never guessed."""
    with station(home, passphrase_file, as_object=json_output) as opened:
        people = adjudicated(_said(spelling), _said(means), _said(sex))
        parts = opened.committee(unit).names(at(time), people)
        tell(f"另选他人记录 {parts} 份", f"{parts} records of names", {"records": parts}, as_object=json_output)


def _said(values: list[str] | None) -> list[Said]:
    """`contest:name=value` as three texts."""
    found = []
    for value in values or []:
        contest, colon, rest = value.partition(":")
        name, sign, told = rest.rpartition("=")
        if not (colon and sign and name and told):
            raise NodeError("E_NAMES", value, expected="contest:name=value")
        found.append((contest, name, told))
    return found


def adjudicated(spelling: list[Said], means: list[Said], sex: list[Said]) -> list[Adjudicated]:
    """One entry a person of what the three options say."""
    written: dict[tuple[str, str], list[str]] = {}
    for contest, name, other in spelling:
        written.setdefault((contest, name), []).append(other)
    candidates = {(contest, name): candidate for contest, name, candidate in means}
    sexes = {(contest, name): word for contest, name, word in sex}
    if len(candidates) != len(means) or len(sexes) != len(sex):
        raise NodeError("E_NAMES", "--means, --sex", expected="each person once")
    return [
        Adjudicated(
            contest=key[0], name=key[1], written=tuple(written.get(key, ())),
            candidate=candidates.get(key), sex=sexes.get(key),
        )
        for key in dict.fromkeys([*written, *candidates, *sexes])
    ]  # fmt: skip


def outcome_command(
    home: HomeOption,
    unit: UnitArgument,
    passphrase_file: PassphraseOption = None,
    *,
    json_output: JsonOption = False,
) -> None:
    """按规则算出本单位的结果并说明理由，不需网络 / what the rules give for a unit, explained; no network needed."""
    with station(home, passphrase_file, as_object=json_output) as opened:
        state = opened.committee(unit).decided()
        tally = tally_of(state)
        decided = decide_unit(state.unit, state.profiles, tally)
        notes = [note for note in findings(state.unit, state.profiles, tally) if not note.station]
        if json_output:
            contests = [
                result.to_body()
                | {"explained": [[line.zh, line.en] for line in explain_decided(state.unit, decided, result.contest)]}
                for result in decided.results
            ]
            tell("", "", {"contests": contests, "notes": [note.to_body() for note in notes]}, as_object=True)
            return
        for result in decided.results:
            typer.echo(summary(state.unit, result))
            for line in explain_decided(state.unit, decided, result.contest):
                typer.echo(f"    {line.zh}\n    {line.en}")
        show_findings(notes, state.chain)
        talk("以上是按规则算出的初步结果，县里另有认定 / by the rules, provisional: the county determines")


def summary(unit: Unit, result: Result) -> str:
    """One line for a contest: the outcome, who is elected, who goes on."""
    contest = unit.contest(result.contest)
    parts = [f"{contest.title if contest else ''} {result.contest}: {result.outcome.zh} {result.outcome.value}"]
    for label, who in (
        ("当选 elected", result.elected), ("再次投票 runoff", result.runoff), ("下一轮 next round", result.next),
        ("妇女名额下一轮 next round, women", result.next_women), ("因回避不当选 removed", result.removed),
    ):  # fmt: skip
        if who:
            parts.append(f"{label}: {', '.join(who)}")
    if result.sensitive:
        parts.append("计算基数不同结果不同 depends on the base")
    return "; ".join(parts)


def declaration_command(
    home: HomeOption,
    unit: UnitOption,
    differ: DifferOption = None,
    time: TimeOption = None,
    passphrase_file: PassphraseOption = None,
    *,
    json_output: JsonOption = False,
) -> None:
    """宣布当选：不写差异即按规则的结果 / declare who is elected: what the rules give, unless differences are named."""
    with station(home, passphrase_file, as_object=json_output) as opened:
        declared = opened.committee(unit).declaration(at(time), [_difference(one) for one in differ or []])
        elected = {str(part.contest): list(part.elected) for part in declared}
        tell(
            "已宣布当选：" + "；".join(f"{contest} {' '.join(who)}" for contest, who in elected.items()),
            "declared", {"elected": elected}, as_object=json_output,
        )  # fmt: skip


def _difference(text: str) -> Reason:
    """`contest:person=word` and, after a space, what a person should read."""
    found = _DIFFERENCE.fullmatch(text)
    if found is None:
        raise NodeError("E_DECLARATION", text, expected="contest:person=word of " + ", ".join(sorted(REASON_WORDS)))
    try:
        return Reason.parse([found[1], found[2], found[3], found[4] or ""], "--differ")
    except ProtocolError as error:
        raise NodeError("E_DECLARATION", text, expected=error.expected, found=error.found) from None


def notice_command(
    home: HomeOption,
    unit: UnitArgument,
    out: Annotated[Path | None, typer.Option("--out", help="写到文件 / write to a file")] = None,
    passphrase_file: PassphraseOption = None,
) -> None:
    """打印无效选票认定公告（公告十五） / print the notice of invalid-ballot rules that the unit's profile makes."""
    with station(home, passphrase_file) as opened:
        text = "\n".join(opened.notice(unit)) + "\n"
        if out is None:
            typer.echo(text, nl=False)
            return
        if out.exists():
            raise NodeError("N_EXISTS", str(out))
        out.write_text(text, "utf-8")
        tell(f"已写入 {out}", f"written to {out}", {}, as_object=False)
