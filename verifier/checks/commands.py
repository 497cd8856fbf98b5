"""The commands that both shells offer, with their exit codes; a shell adds options and looks, nothing else.

Serves the exit codes of spec/7, [VERIFY-2], [TOTALS-1], [OUTCOME-1], [OUTCOME-2]. No traceback reaches a user: what
cannot be read is exit 4.
"""

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TextIO

from verifier.checkpoints import read_checkpoint
from verifier.checks.conformance import run_vectors
from verifier.checks.files import check_size, mirror_files
from verifier.checks.inspection import inspection, record_at
from verifier.checks.progress import ProgressLine
from verifier.checks.tables import Row, as_csv, as_json
from verifier.checks.verify import Anchor, Options, Verification
from verifier.checks.wording import check_list
from verifier.findings.codes import SENTENCES, NoVerdict, Refused
from verifier.findings.report import OUTCOMES, Report, shown
from verifier.notes import is_fingerprint, parse_vkey, read_record
from verifier.source import SMALL_FILE_LIMIT, Fetcher, Folder, opened, read_user_file, write_text

PROGRAM: Final = "tally-verifier"
NO_VERDICT: Final = 4
USAGE: Final = 64
SIGNATURE_MODES: Final = ("all", "heads")
# a forged record whose sums are right passes here, and must not look as if it had been verified
RECOMPUTED = (
    "只重算了数字，没有核验签名和授权密钥；结果可信与否请看 verify"
    " (recomputed only: signatures and the authority's key were not checked; whether to believe it, verify says)"
)
Render = Callable[[Report, TextIO], None]


class Usage(Exception):
    """The command line asks for something that cannot be meant."""


def guarded(command: Callable[[], int]) -> int:
    """Run a command; every way in which it can stop becomes an exit code and a sentence."""
    try:
        code = command()
        sys.stdout.flush()
        return code
    except Usage as fault:
        return _stop(str(fault), USAGE)
    except NoVerdict as fault:
        code_text = f"{fault.code} " if fault.code else ""
        return _stop(f"{code_text}无法判断：{fault.chinese} (no verdict: {fault.english})", NO_VERDICT)
    except Refused as refused:
        chinese, english = SENTENCES[refused.code]
        return _stop(f"{refused.code} {chinese} ({english}); expected {refused.expected}", NO_VERDICT)
    except BrokenPipeError:  # the reader went away; nothing more can be said to it
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return NO_VERDICT
    except KeyboardInterrupt:
        return _stop("已中断 (interrupted)", NO_VERDICT)
    except Exception as fault:  # noqa: BLE001 - whatever it is
        # the last line of defence: a bug of this program must look like "no verdict", never like a verdict
        return _stop(f"无法判断：内部错误 (no verdict: internal error {type(fault).__name__})", NO_VERDICT)


def _stop(text: str, code: int) -> int:
    sys.stderr.write(f"{PROGRAM}: error: {text}\n")
    return code


def anchor_of(key: str, fingerprint: str) -> Anchor:
    """The anchor as it was given: a vkey or a file that holds one, and/or a fingerprint."""
    name, raw = "", b""
    if key:
        text = key
        if "+" not in key or Path(key).is_file():
            try:
                text = read_user_file(key).decode("ascii").strip()
            except NoVerdict as fault:
                raise Usage(f"--key: {fault.chinese} ({fault.english})") from None
            except UnicodeDecodeError:
                raise Usage("--key: 文件里不是验证公钥 (the file holds no verifier key)") from None
        try:
            name, raw = parse_vkey(text)
        except Refused as refused:
            raise Usage(f"--key: 不是有效的验证公钥 (not a verifier key: expected {refused.expected})") from None
    if fingerprint and not is_fingerprint(fingerprint):
        raise Usage("--fingerprint: 应为六组四位十六进制数 (six groups of four hex digits joined by '-')")
    return Anchor(name, raw, fingerprint)


@contextmanager
def _record(record: str) -> Iterator[Folder]:
    def mirror(fetcher: Fetcher, folder: Folder) -> None:
        """Fetch the checkpoint, then what it implies; a checkpoint that cannot be read implies nothing."""
        if not fetcher.fetch("checkpoint", SMALL_FILE_LIMIT):
            return
        try:
            head = read_checkpoint(folder.read("checkpoint", SMALL_FILE_LIMIT) or b"")
        except Refused:
            return
        check_size(head)
        mirror_files(fetcher, head.size)

    with opened(record, mirror) as folder:
        yield folder


def verify(  # the options of the command line, one to one
    record: str,
    *,
    key: str = "",
    fingerprint: str = "",
    unit: str = "",
    ballots: str = "",
    receipts: str = "",
    signatures: str = "all",
    processes: int = 0,
    json_to: str = "",
    quiet: bool = False,
    progress: bool = False,
    render: Render,
) -> int:
    """Verify a record and report; the exit code is the outcome's."""

    def command() -> int:
        if signatures not in SIGNATURE_MODES:
            raise Usage("--signatures: all 或 heads (all or heads)")
        _check_processes(processes)
        options = Options(anchor_of(key, fingerprint), unit, ballots, receipts, signatures, processes)
        with _record(record) as folder, ProgressLine(asked=progress, quiet=quiet) as line:
            report = Verification(folder, options, line.advance).run()
        if json_to:
            text = json.dumps(report.as_data(), ensure_ascii=False, indent=2) + "\n"
            if json_to == "-":
                sys.stdout.write(text)
            else:
                write_text(json_to, text)
        if not quiet and json_to != "-":
            render(report, sys.stdout)
        return report.exit_code

    return guarded(command)


def _check_processes(processes: int) -> None:
    if not 0 <= processes <= 64:
        raise Usage("--processes: 0 到 64 (0 to 64)")


def _recomputed(record: str, table: str, *, processes: int, render: Render, unit: str = "") -> tuple[list[Row], int]:
    """Rows recomputed from the record alone, and the exit code: none for FAILED, a warning for INCOMPLETE."""
    _check_processes(processes)
    with _record(record) as folder, ProgressLine() as line:
        options = Options(signatures="none", table=table, about=unit, processes=processes)
        check = Verification(folder, options, line.advance)
        report = check.run()
    report.ran -= {"A1"}  # no anchor is asked for here, so its absence is no finding
    report.anchored = True
    if report.outcome == "FAILED":
        render(report, sys.stderr)
        return [], _stop("记录核验不通过，不输出结果 (the record is FAILED; nothing is printed)", report.exit_code)
    if report.outcome == "INCOMPLETE":
        sys.stderr.write(f"{PROGRAM}: warning: 资料不全，结果可能还会变 (INCOMPLETE: the figures may still change)\n")
    sys.stderr.write(f"{PROGRAM}: note: {RECOMPUTED}\n")
    return check.rows, report.exit_code


def table(record: str, name: str, *, form: str = "csv", out: str = "", processes: int = 0, render: Render) -> int:
    """Print `totals`, `outcomes` or `findings`, recomputed from the record alone [TOTALS-1], [OUTCOME-1]."""

    def command() -> int:
        if form not in ("csv", "json"):
            raise Usage("--format: csv 或 json (csv or json)")
        rows, code = _recomputed(record, name, processes=processes, render=render)
        if code == OUTCOMES["FAILED"][0]:
            return code
        text = as_csv(name, rows) if form == "csv" else as_json(rows)
        if out:
            write_text(out, text)
        else:
            sys.stdout.write(text)
        return code

    return guarded(command)


def explain(record: str, *, unit: str, contest: str = "", processes: int = 0, render: Render) -> int:
    """Print why each contest of a unit came out as it did [OUTCOME-2]."""

    def command() -> int:
        if not unit:
            raise Usage("--unit: 选举单位的编号 (the id of a unit)")
        rows, code = _recomputed(record, "explain", processes=processes, render=render, unit=unit)
        if code == OUTCOMES["FAILED"][0]:
            return code
        wanted = [row for row in rows if contest in ("", row["contest"])]
        if not wanted:
            raise NoVerdict("the record has no such unit or contest", "资料中没有这个单位或职位")
        for row in wanted:
            sys.stdout.write(f"{shown(row['zh'], 4000)}\n  {shown(row['en'], 4000)}\n")
        return code

    return guarded(command)


def inspect(record: str, index: int | None = None) -> int:
    """Print one record for a person: an entry of a log, or a file that holds a note."""

    def command() -> int:
        if index is None:
            lines = inspection(read_record(read_user_file(record)), {})
        else:
            with _record(record) as folder:
                head = read_checkpoint(folder.read("checkpoint", SMALL_FILE_LIMIT) or b"")
                check_size(head)
                lines = iter(list(inspection(*record_at(folder, head.size, index))))
        for line in lines:
            sys.stdout.write(line + "\n")
        return 0

    return guarded(command)


def conformance(directory: str) -> int:
    """Run a folder of vectors; exit 0 if each gives exactly the stated value or code, 1 if one does not."""

    def command() -> int:
        passed = failed = 0
        for name, problem in run_vectors(Folder(Path(directory))):
            passed, failed = passed + (not problem), failed + bool(problem)
            if problem:
                sys.stdout.write(f"{name}: {problem}\n")
        sys.stdout.write(f"{passed} passed, {failed} failed\n")
        if passed + failed == 0:
            raise NoVerdict("there are no vectors in this folder", "此文件夹没有向量文件")
        return 1 if failed else 0

    return guarded(command)


def checks() -> int:
    """List the numbered checks."""

    def command() -> int:
        for line in check_list():
            sys.stdout.write(line + "\n")
        return 0

    return guarded(command)
