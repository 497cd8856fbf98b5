"""Before the election: make the home, ask to be enrolled, take in the county's bundle."""

import json
from pathlib import Path
from typing import Annotated

import typer

from tally_node.commands.shell import HomeOption, JsonOption, PassphraseOption, failing, passphrase, talk, tell
from tally_node.enrolment import make_request, read_plan
from tally_node.installation import install
from tally_node.journal import open_journal
from tally_node.keyring import open_keyring
from tally_node.service import init
from tally_node.settings import Home, disk_reserve, write_private
from tally_node.voice import NodeError
from tally_protocol.ids import NodeId, is_id


def init_command(
    home: HomeOption,
    node: Annotated[str, typer.Option("--node", help="本机编号 / id of this laptop")],
    passphrase_file: PassphraseOption = None,
    *,
    json_output: JsonOption = False,
) -> None:
    """建立工作目录和密钥 / make the home and its keys."""
    with failing(as_object=json_output):
        if not is_id(node):
            raise NodeError("E_FIELD", "--node", expected="an id of 1 to 32 characters")
        init(home, NodeId(node), passphrase(passphrase_file, twice=True))
        tell(f"已建立 {home}", f"made {home}", {"home": str(home), "node": node}, as_object=json_output)


def enrol_command(
    home: HomeOption,
    plan: Annotated[Path, typer.Option("--plan", help="承办计划 / what this laptop hosts")],
    out: Annotated[Path, typer.Option("--out", help="写出的登记申请 / the request to write")],
    passphrase_file: PassphraseOption = None,
    *,
    json_output: JsonOption = False,
) -> None:
    """生成登记申请（公钥、证书申请、持有证明）/ write the enrolment request for the county."""
    with failing(as_object=json_output):
        place = Home(home)
        read = read_plan(plan, place.node())
        keyring = open_keyring(place.keyring, passphrase(passphrase_file))
        if out.exists():
            raise NodeError("N_EXISTS", str(out))
        request = make_request(read, keyring)
        write_private(out, (json.dumps(request, ensure_ascii=False) + "\n").encode())
        count = len(read.stations)
        tell(
            f"已写出 {out}：{count} 个计票点，{len(read.committees)} 个单位，送交县中心",
            f"wrote {out}: {count} stations, {len(read.committees)} units; give it to the county",
            {"out": str(out), "stations": count, "units": len(read.committees)},
            as_object=json_output,
        )


def install_command(
    home: HomeOption,
    bundle: Annotated[Path, typer.Option("--bundle", help="县里发来的资料包 / the county's folder")],
    authority: Annotated[str | None, typer.Option("--authority", help="授权密钥 vkey / the authority's vkey")] = None,
    passphrase_file: PassphraseOption = None,
    *,
    json_output: JsonOption = False,
) -> None:
    """核对并安装选举文件 / check and install the sealed election."""
    with failing(as_object=json_output):
        place = Home(home)
        place.node()
        keyring = open_keyring(place.keyring, passphrase(passphrase_file))
        journal = open_journal(place.journal, keyring.row_key(), disk_reserve())
        try:
            found = install(place, journal, keyring, bundle, authority)
        finally:
            journal.close()
        if not found.anchored:
            talk(
                "未给出授权密钥，请与公布的指纹核对 / no --authority given: compare the fingerprint with the posted one"
            )
        tell(
            f"已安装 {found.title}{'（演练）' if found.test else ''}，授权密钥指纹 {found.fingerprint}",
            f"installed {found.election}, {found.stations} stations; authority fingerprint {found.fingerprint}",
            {"election": found.election, "fingerprint": found.fingerprint, "stations": found.stations,
             "units": found.units, "anchored": found.anchored, "test": found.test},
            as_object=json_output,
        )  # fmt: skip
