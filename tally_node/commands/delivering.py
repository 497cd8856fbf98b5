"""To the county and back: send, export, import, receipts, status."""

import asyncio
import json
from pathlib import Path
from typing import Annotated

import typer

from tally_node.commands.shell import (
    HomeOption,
    JsonOption,
    PassphraseOption,
    failing,
    station,
    talk,
    tell,
)
from tally_node.outbox import Outbox
from tally_node.service import export
from tally_node.settings import Home
from tally_node.uplink import ACCESS_CODES
from tally_node.voice import EXIT_REFUSED, NodeError, explain

AddressOption = Annotated[str | None, typer.Option("--county", help="县中心地址，默认按资料包 / host:port")]
GiveUpOption = Annotated[
    float | None, typer.Option("--give-up", help="多少秒毫无进展后放弃，默认一直试 / seconds without progress")
]


def finish_delivery(outbox: Outbox, *, delivered: bool, last_error: str) -> None:
    """Say what stopped, and raise what decides the exit code."""
    for chain, code in sorted(outbox.stopped.items()):
        talk(explain(NodeError(code, chain)) if code else chain)
    if "E_ROLLBACK" in outbox.stopped.values():
        chain = next(chain for chain, code in outbox.stopped.items() if code == "E_ROLLBACK")
        raise NodeError("E_ROLLBACK", chain)
    if not delivered:
        code = last_error.split(" ", 1)[0]
        raise NodeError(code if code in ACCESS_CODES else "N_NETWORK", "send", found=last_error)
    if outbox.stopped:
        raise typer.Exit(EXIT_REFUSED)


def send_command(
    home: HomeOption,
    county: AddressOption = None,
    give_up: GiveUpOption = None,
    passphrase_file: PassphraseOption = None,
    *,
    json_output: JsonOption = False,
) -> None:
    """把未送达的记录发给县中心 / deliver what is owed; one connection, all chains."""
    with station(home, passphrase_file, as_object=json_output) as opened:
        outbox = opened.outbox()

        async def deliver() -> tuple[bool, str]:
            uplink = opened.uplink(outbox, address=county, give_up=give_up, talk=talk)
            uplink.finish()
            return await uplink.run(), uplink.last_error

        delivered, error = asyncio.run(deliver())
        owed = sum(outbox.undelivered().values())
        tell(
            f"送达 {outbox.accepted} 条，重复 {outbox.duplicates} 条，未送达 {owed} 条",
            f"accepted {outbox.accepted}, duplicates {outbox.duplicates}, owed {owed}",
            {"accepted": outbox.accepted, "duplicates": outbox.duplicates, "owed": owed,
             "stopped": dict(sorted(outbox.stopped.items()))},
            as_object=json_output,
        )  # fmt: skip
        finish_delivery(outbox, delivered=delivered, last_error=error)


def export_command(
    home: HomeOption,
    out: Annotated[Path, typer.Option("--out", help="文件或文件夹 / a .changpiao file or a folder")],
    *,
    json_output: JsonOption = False,
) -> None:
    """导出全部记录（不需口令，日志损坏也可）/ write all records to a hand-off file; needs no passphrase."""
    with failing(as_object=json_output):
        count = export(Home(home), out)
        tell(f"已导出 {count} 条", f"exported {count} records", {"records": count}, as_object=json_output)


def import_command(
    home: HomeOption,
    file: Annotated[Path, typer.Argument(help="文件或文件夹 / a .changpiao file or a folder")],
    passphrase_file: PassphraseOption = None,
    *,
    json_output: JsonOption = False,
) -> None:
    """接收别的电脑上同一单位计票点的记录 / take in the records of the unit's tables on other laptops."""
    with station(home, passphrase_file, as_object=json_output) as opened:
        count = opened.take_over(file)
        tell(f"已接收 {count} 条", f"took in {count} records", {"records": count}, as_object=json_output)


def receipts_command(
    home: HomeOption,
    out: Annotated[Path | None, typer.Option("--out", help="写到这个文件夹 / write them to this folder")] = None,
    passphrase_file: PassphraseOption = None,
    *,
    json_output: JsonOption = False,
) -> None:
    """县中心的回执和日志证明 / the county's receipts and the log's proofs."""
    with station(home, passphrase_file, as_object=json_output) as opened:
        receipts, proofs = list(opened.journal.receipts()), list(opened.journal.proofs())
        if out is not None:
            out.mkdir(parents=True, exist_ok=True)
            for chain, upto, note in receipts:
                (out / f"{chain.replace('/', '_')}.{upto}.receipt").write_bytes(note)
            for digest, chain, seq, proof in proofs:
                (out / f"{chain.replace('/', '_')}.{seq}.{digest.hex()[:8]}.tlog-proof").write_bytes(proof)
        tell(
            f"回执 {len(receipts)} 份，证明 {len(proofs)} 份", f"{len(receipts)} receipts, {len(proofs)} proofs",
            {"receipts": [[chain, upto] for chain, upto, _ in receipts],
             "proofs": [[chain, seq, digest.hex()] for digest, chain, seq, _ in proofs]},
            as_object=json_output,
        )  # fmt: skip


def status_command(
    home: HomeOption,
    passphrase_file: PassphraseOption = None,
    *,
    json_output: JsonOption = False,
) -> None:
    """各链的进度、送达和回执 / every chain: records, acknowledged, receipted, trouble."""
    with station(home, passphrase_file, as_object=json_output) as opened:
        found = opened.status()
        refused = opened.journal.refusals()
        if json_output:
            chains = [
                {"chain": one.chain, "records": one.records, "acknowledged": one.acknowledged,
                 "receipted": one.receipted, "stopped": one.stopped}
                for one in found
            ]  # fmt: skip
            kept = [
                {"chain": chain, "seq": seq, "code": code, "zh": zh, "en": en} for chain, seq, code, zh, en in refused
            ]
            typer.echo(json.dumps({"chains": chains, "refusals": kept}, ensure_ascii=False))
            return
        typer.echo("链 chain  记录 records  送达 acknowledged  回执 receipted  问题 trouble")
        for one in found:
            typer.echo(f"{one.chain}  {one.records}  {one.acknowledged}  {one.receipted}  {one.stopped}")
        for chain, seq, code, zh, en in refused:
            typer.echo(f"{chain} {seq}: {code} {zh} / {en}")
