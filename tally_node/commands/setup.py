"""Before the election: make the home, ask to be enrolled, take in the county's bundle; later: another certificate."""

import asyncio
import getpass
import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from tally_node import certificate, reception
from tally_node.commands.shell import (
    HomeOption,
    JsonOption,
    PassphraseOption,
    failing,
    passphrase,
    station,
    talk,
    tell,
)
from tally_node.enrolment import make_request, read_plan, with_code
from tally_node.installation import install
from tally_node.journal import open_journal
from tally_node.keyring import open_keyring
from tally_node.service import init
from tally_node.settings import Home, disk_reserve, write_private
from tally_node.voice import NodeError, Words
from tally_protocol.ids import Hash32, NodeId, is_id
from tally_protocol.seal.enrolment import request_digest, six_groups

COMPARE = Words("请与县中心核对六组数字：", "compare these six groups with the county:")
CodeFileOption = Annotated[
    Path | None, typer.Option("--code-file", help="登记码文件，否则由键盘输入 / file with the code, else the keyboard")
]
CodeOption = Annotated[bool, typer.Option("--code", help="用键盘输入登记码 / type the code")]


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
    code_file: CodeFileOption = None,
    passphrase_file: PassphraseOption = None,
    *,
    with_code_typed: CodeOption = False,
    json_output: JsonOption = False,
) -> None:
    """生成登记申请（公钥、证书申请、持有证明）/ write the enrolment request for the county."""
    with failing(as_object=json_output):
        place = Home(home)
        read = read_plan(plan, place.node())
        keyring = open_keyring(place.keyring, passphrase(passphrase_file))
        if out.exists():
            raise NodeError("N_EXISTS", str(out))
        code = typed_code(code_file, asked=with_code_typed)
        request = make_request(read, keyring)
        groups = write_request(request, code, out)
        count = len(read.stations)
        tell(
            f"已写出 {out}：{count} 个计票点，{len(read.committees)} 个单位，送交县中心。{COMPARE.zh} {groups}",
            f"wrote {out}: {count} stations, {len(read.committees)} units, for the county. {COMPARE.en} {groups}",
            {"out": str(out), "stations": count, "units": len(read.committees), "groups": groups},
            as_object=json_output,
        )


def typed_code(path: Path | None, *, asked: bool) -> str:
    """The enrolment code from a file or the keyboard, where it is not shown; empty if none is to be used."""
    if path is not None:
        try:
            return path.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise NodeError("N_FILE", str(path), found=error) from None
    return getpass.getpass("登记码 / code: ", stream=sys.stderr) if asked else ""


def write_request(request: dict[str, object], code: str, out: Path) -> str:
    """Write the request, proved with the code if there is one; gives the six groups that people compare."""
    proved = with_code(request, code) if code else request
    write_private(out, (json.dumps(proved, ensure_ascii=False) + "\n").encode())
    return six_groups(request_digest(proved))


def renew_command(
    home: HomeOption,
    out: Annotated[Path | None, typer.Option("--out", help="写出证书申请 / write a request for a certificate")] = None,
    take: Annotated[Path | None, typer.Option("--take", help="装入县里发回的 node.pem / take in the answer")] = None,
    code_file: CodeFileOption = None,
    passphrase_file: PassphraseOption = None,
    *,
    json_output: JsonOption = False,
) -> None:
    """证书过期或被撤销后，凭新登记码换证书 / a new certificate with a new code, after expiry or revocation."""
    with station(home, passphrase_file, as_object=json_output) as opened:
        if (out is None) == (take is None):
            raise NodeError("E_FIELD", "--out, --take", expected="exactly one of them")
        if take is not None:
            try:
                pair = certificate.take_pending(opened.home, opened.keyring, take.read_bytes())
            except OSError as error:
                raise NodeError("N_FILE", str(take), found=error.strerror) from None
            until = f"{pair.parsed.not_valid_after_utc:%Y-%m-%d %H:%M} UTC"
            tell(f"证书已换，有效至 {until}", f"certificate taken, valid until {until}", {"until": until},
                 as_object=json_output)  # fmt: skip
            return
        if out is None or out.exists():
            raise NodeError("N_EXISTS", str(out))
        request = opened.certificate_request(certificate.make_pending(opened.home, opened.keyring))
        groups = write_request(request, typed_code(code_file, asked=code_file is None), out)
        tell(
            f"已写出 {out}，送交县中心。{COMPARE.zh} {groups}",
            f"wrote {out}, for the county. {COMPARE.en} {groups}",
            {"out": str(out), "groups": groups}, as_object=json_output,
        )  # fmt: skip


RequestOption = Annotated[Path, typer.Option("--request", help="登记申请文件 / the request that was written")]
ReceptionOption = Annotated[str, typer.Option("--reception", help="网上登记处 / the county's reception, host:port")]
GroupsOption = Annotated[
    str, typer.Option("--groups", help="登记码纸上登记处的六组数字 / the reception's six groups, from the code sheet")
]


def _read_request(path: Path) -> tuple[bytes, str, Hash32]:
    """A request's bytes, laptop and digest."""
    try:
        data = path.read_bytes()
        body = json.loads(data)
        return data, str(body["node"]), request_digest(body)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise NodeError("N_FILE", str(path), expected="a request made by tally-node", found=error) from None


def hand_in_command(
    request: RequestOption, at: ReceptionOption, groups: GroupsOption = "", *, json_output: JsonOption = False
) -> None:
    """通过网络递交登记申请 / hand a request in over the network, instead of on a USB stick."""
    with failing(as_object=json_output):
        data, _, digest = _read_request(request)
        asyncio.run(reception.hand_in(at, data, digest, groups))
        tell(
            f"已递交。{COMPARE.zh} {six_groups(digest)}", f"handed in. {COMPARE.en} {six_groups(digest)}",
            {"groups": six_groups(digest)}, as_object=json_output,
        )  # fmt: skip


def collect_command(
    request: RequestOption,
    at: ReceptionOption,
    out: Annotated[Path, typer.Option("--out", help="资料包写到此文件夹 / folder for the bundle")],
    groups: GroupsOption = "",
    *,
    json_output: JsonOption = False,
) -> None:
    """通过网络领取资料包，然后 install 或 renew --take / collect the county's folder, then install or renew --take."""
    with failing(as_object=json_output):
        _, node, digest = _read_request(request)
        files = asyncio.run(reception.collect(at, node, digest, groups))
        if not files:
            raise NodeError("N_NOT_READY", at, found=six_groups(digest))
        out.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name, data in files.items():
            write_private(out / name, data)
        tell(f"资料包已写到 {out}", f"bundle written to {out}", {"out": str(out)}, as_object=json_output)


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
