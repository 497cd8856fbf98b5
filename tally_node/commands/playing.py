"""Play a session file: rehearsals and imports."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import typer

from tally_node.commands.delivering import AddressOption, GiveUpOption, finish_delivery
from tally_node.commands.shell import HomeOption, PassphraseOption, station, talk, tell
from tally_node.metrics import Metrics
from tally_node.outbox import Outbox
from tally_node.service import Station
from tally_node.session import Player, play
from tally_node.voice import EXIT_REFUSED, NodeError


def session_command(
    home: HomeOption,
    file: Annotated[str, typer.Argument(help="会话文件，- 为标准输入 / session file, - for standard input")],
    send: Annotated[bool, typer.Option("--send/--no-send", help="边计票边发送 / deliver while counting")] = True,
    county: AddressOption = None,
    give_up: GiveUpOption = 600.0,
    metrics: Annotated[Path | None, typer.Option("--metrics", help="写出指标文件 / Prometheus text file")] = None,
    passphrase_file: PassphraseOption = None,
) -> None:
    """按会话文件完成计票并送达 / play a session file; prints one JSON object."""
    with station(home, passphrase_file, as_object=True) as opened:
        outbox = opened.outbox()
        player, delivered, error = asyncio.run(_play(opened, outbox, file, send=send, county=county, give_up=give_up))
        owed = sum(outbox.undelivered().values())
        unreceipted = sum(outbox.unreceipted().values())
        result = player.summary.body() | {
            "records": opened.journal.newest(), "accepted": outbox.accepted, "duplicates": outbox.duplicates,
            "owed": owed, "unreceipted": unreceipted, "stopped": dict(sorted(outbox.stopped.items())),
        }  # fmt: skip
        if metrics is not None:
            _write_metrics(metrics, player, outbox, owed)
        tell("", "", result, as_object=True)
        if send:
            finish_delivery(outbox, delivered=delivered, last_error=error)
        if player.summary.refusals:
            raise typer.Exit(EXIT_REFUSED)


async def _play(
    opened: Station, outbox: Outbox, file: str, *, send: bool, county: str | None, give_up: float | None
) -> tuple[Player, bool, str]:
    uplink = opened.uplink(outbox, address=county, give_up=give_up, talk=talk) if send else None
    player = Player(opened, uplink.more if uplink is not None else lambda: None)
    if file == "-":
        done = await play(player, sys.stdin, uplink)
    else:
        try:
            with Path(file).open(encoding="utf-8") as stream:  # noqa: ASYNC230 - one thread, lines of a local file
                done = await play(player, stream, uplink)
        except (OSError, UnicodeDecodeError) as error:
            raise NodeError("N_FILE", file, found=error) from None
    return player, done, uplink.last_error if uplink is not None else ""


def _write_metrics(path: Path, player: Player, outbox: Outbox, owed: int) -> None:
    found = Metrics()
    found.papers.inc(player.summary.papers)
    found.records.inc(player.summary.lines)
    found.accepted.inc(outbox.accepted)
    found.duplicates.inc(outbox.duplicates)
    found.refused.inc(len(outbox.stopped))
    found.owed.set(owed)
    found.write(path)
