"""`python -m verifier`: the core alone, with the standard library and cryptography; also the entry of a zipapp.

Offers the same commands and exit codes as `tally-verifier` (spec/7). Worked example:
`python -m verifier verify public --key authority.vkey`.
"""

import argparse
import sys
from collections.abc import Sequence
from typing import NoReturn, TextIO

from verifier.checks import commands
from verifier.checks.wording import report_lines
from verifier.findings.report import Report


class _Parser(argparse.ArgumentParser):
    """Wrong usage is exit 64, not argparse's 2, which means INCOMPLETE here."""

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(commands.USAGE, f"{commands.PROGRAM}: error: 用法不对 (wrong usage): {message}\n")


def render_plain(report: Report, stream: TextIO) -> None:
    """The report as plain text."""
    for line in report_lines(report):
        stream.write(line + "\n")


def parser() -> argparse.ArgumentParser:
    """All commands and options."""
    top = _Parser(prog=commands.PROGRAM, description="核验公开的计票记录 verify a published tally record")
    top.add_argument("--list-checks", action="store_true", help="列出全部核验项 list the numbered checks")
    sub = top.add_subparsers(dest="command", parser_class=_Parser)
    one = sub.add_parser("verify", help="核验 verify a folder or http(s) URL")
    one.add_argument("record")
    one.add_argument("--key", default="", help="授权验证公钥或其文件 the authority's vkey or a file that holds it")
    one.add_argument("--fingerprint", default="", help="授权密钥指纹 its printed fingerprint")
    one.add_argument("--unit", default="", help="只核验此单位 verify the chains of this unit only")
    one.add_argument("--ballots", default="", help="密封选票档案 sealed ballots archive")
    one.add_argument("--receipts", default="", help="回执和证明的文件夹 folder of receipts and proofs")
    one.add_argument("--signatures", default="all", choices=commands.SIGNATURE_MODES)
    one.add_argument("--processes", type=int, default=0, help="进程数，0 为自动 processes, 0 = automatic")
    one.add_argument(
        "--json", default="", dest="json_to", metavar="FILE", help="JSON 报告，- 为标准输出 JSON report, - = stdout"
    )
    one.add_argument("--quiet", action="store_true", help="不输出文字 no text")
    one.add_argument("--progress", action="store_true", help="总是显示进度 show progress without a terminal too")
    for name, text in (
        ("totals", "由记录重算票数 totals from the record alone"),
        ("outcomes", "由记录重新判定结果 outcomes decided again from the record alone"),
        ("findings", "由记录核对各表 findings on forms, boxes and contests"),
    ):
        one = sub.add_parser(name, help=text)
        one.add_argument("record")
        one.add_argument("--format", default="csv", choices=("csv", "json"), dest="form")
        one.add_argument("--out", default="", metavar="FILE")
        one.add_argument("--processes", type=int, default=0)
    one = sub.add_parser("explain", help="说明结果如何得出 why a contest came out as it did")
    one.add_argument("record")
    one.add_argument("--unit", required=True, help="选举单位 the unit")
    one.add_argument("--contest", default="", help="职位 one contest of it")
    one.add_argument("--processes", type=int, default=0)
    one = sub.add_parser("inspect", help="显示一条记录 print one record")
    one.add_argument("record", help="资料（与序号同用）或文件 a record (with INDEX) or a file")
    one.add_argument("index", nargs="?", type=int)
    one = sub.add_parser("conformance", help="运行向量 run a folder of vectors")
    one.add_argument("directory")
    sub.add_parser("checks", help="列出全部核验项 list the numbered checks")
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    top = parser()
    given = vars(top.parse_args(arguments))
    command, listing = given.pop("command"), given.pop("list_checks")
    if listing or command == "checks":
        return commands.checks()
    if command == "verify":
        return commands.verify(**given, render=render_plain)
    if command in ("totals", "outcomes", "findings"):
        return commands.table(name=command, **given, render=render_plain)
    if command == "explain":
        return commands.explain(**given, render=render_plain)
    if command == "inspect":
        return commands.inspect(**given)
    if command == "conformance":
        return commands.conformance(**given)
    return top.error("没有命令 no command")
