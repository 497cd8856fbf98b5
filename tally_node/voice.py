"""What the station says to people, in Chinese and English; errors say what, where, expected, found, what to do.

Codes beginning with `E_` or `F_` are those of the spec [CONV-1]; those beginning with `N_` concern this laptop alone
(a file, a passphrase, a state of the desk) and never appear in a record. No text ever quotes a ballot.

Example: `NodeError("N_STATE", "s/v01/1", expected="opened", found="signed")`.
"""

from dataclasses import dataclass

from tally_protocol.codes import TEXTS
from tally_protocol.errors import ProtocolError

EXIT_DONE = 0
EXIT_REFUSED = 1
EXIT_USAGE = 2
EXIT_JOURNAL = 3
EXIT_UNDELIVERED = 4
EXIT_STORAGE = 5

LOCAL: dict[str, tuple[str, str]] = {
    "N_BUNDLE": ("县里发来的资料包不完整或不对", "the county's bundle is incomplete or wrong"),
    "N_BUSY": ("另一个 tally-node 进程刚刚改动了这条链", "another tally-node process has just changed this chain"),
    "N_CERTIFICATE": ("本机的接入证书不可用", "this laptop's certificate cannot be used"),
    "N_CODE": ("登记码输入有误", "the enrolment code is mistyped"),
    "N_EXISTS": ("目标已存在，未覆盖", "the target exists; nothing was overwritten"),
    "N_FILE": ("文件读不出或格式不对", "a file cannot be read or has the wrong form"),
    "N_HOME": ("这个目录不是 tally-node 的工作目录", "this folder is not a home of tally-node"),
    "N_MARKS": ("这一行的写法不对，未记录", "the line is not in the marks grammar; it was not recorded"),
    "N_MODE": ("密钥文件的权限太宽，别人也能读", "the key file can be read by others"),
    "N_NETWORK": ("还有记录没有送达县中心", "some records have not reached the county"),
    "N_NOT_OURS": ("本机不承办这个单位或计票点", "this laptop does not host this unit or station"),
    "N_PASSPHRASE": ("口令不对，或密钥文件已损坏", "the passphrase is wrong or the key file is damaged"),
    "N_NOT_READY": ("县中心还没有确认这份申请", "the county has not confirmed this request yet"),
    "N_PLAN": ("承办计划的内容不对", "the plan of what this laptop hosts is not right"),
    "N_RECEPTION": ("连不上县中心的网上登记处，或对方不是它", "the county's reception is not there, or is another"),
    "N_SESSION": ("会话文件的这一行不对", "a line of the session file is not right"),
    "N_STATE": ("现在的状态不允许这一步", "the desk is not in a state that allows this step"),
    "N_STORAGE": ("存储写入失败，程序已停止", "writing to storage failed; the program has stopped"),
}

HINTS: dict[str, tuple[str, str]] = {
    "E_RATE": (
        "无需操作；记录都在本机，稍后自动继续",
        "nothing to do: the records are safe on this laptop, delivery goes on by itself",
    ),
    "E_REVOKED": (
        "计票和签名照常进行，记录都在本机；请联系县中心，重新登记（tally-node renew），或用 tally-node export 送 U 盘",
        "go on counting and signing, nothing is lost; call the county and enrol again (tally-node renew), or carry the"
        " file of tally-node export",
    ),
    "E_TOKEN": (
        "请县中心重新打印登记码（tally-coordinator codes）",
        "ask the county for a new code (tally-coordinator codes)",
    ),
    "N_CERTIFICATE": (
        "计票和签名照常进行，记录都在本机；先核对本机时钟，再向县中心要新登记码并运行 tally-node renew",
        "go on counting and signing, nothing is lost; check this laptop's clock, then ask the county for a new code and"
        " run tally-node renew",
    ),
    "N_CODE": (
        "对照登记码纸逐组重新输入；输错不算一次尝试",
        "type it again group by group from the paper; a slip of the hand is not counted as a try",
    ),
    "E_DISK": ("清理磁盘或换盘后再继续；已记录的内容都在", "free some space, then go on; what was recorded is safe"),
    "E_JOURNAL": (
        "不要再用本机签名；用 tally-node export 导出现有记录，并联系县中心",
        "do not sign with this laptop; run tally-node export and call the county",
    ),
    "E_ROLLBACK": (
        "可能装回了旧备份；停止使用并联系县中心",
        "an old backup may have been restored; stop and call the county",
    ),
    "N_BUSY": ("等另一个进程结束后重试", "wait until the other process has ended, then try again"),
    "N_HOME": ("先运行 tally-node init", "run tally-node init first"),
    "N_MODE": ("运行 chmod 600", "run chmod 600 on it"),
    "N_NETWORK": (
        "记录都在本机；网络恢复后再运行 tally-node send，或用 tally-node export 送 U 盘",
        "nothing is lost; run tally-node send later, or carry the file of tally-node export",
    ),
    "N_NOT_READY": (
        "把屏幕上的六组数字报给县中心，确认并封存后再取",
        "tell the county the six groups; collect again when it has confirmed and sealed",
    ),
    "N_RECEPTION": (
        "核对地址和登记码纸上的六组数字；也可用 U 盘送交申请",
        "compare address and groups with the code sheet; a USB stick works as well",
    ),
    "N_STORAGE": (
        "检查磁盘后重新启动；启动时会核对全部记录",
        "check the disk, then start again: everything is checked at start",
    ),
}


def text_of(code: str) -> tuple[str, str]:
    """The Chinese and the English sentence of a code of the spec or of this laptop."""
    return LOCAL[code] if code in LOCAL else TEXTS[code]


class NodeError(Exception):
    """Something a person must know: code, place, expected, found; the code decides the hint and the exit code."""

    def __init__(self, code: str, where: str = "", *, expected: object = None, found: object = None) -> None:
        """Keep the facts; the sentence belongs to the code."""
        self.code = code
        self.where = where
        self.expected = None if expected is None else str(expected)[:200]
        self.found = None if found is None else str(found)[:200]
        super().__init__(f"{code} {where} expected={self.expected} found={self.found}")

    @property
    def exit_code(self) -> int:
        """What the process returns."""
        match self.code:
            case "E_JOURNAL" | "E_ROLLBACK":
                return EXIT_JOURNAL
            case "N_NETWORK" | "N_CERTIFICATE" | "E_REVOKED" | "E_RATE":
                return EXIT_UNDELIVERED
            case "E_DISK" | "N_STORAGE":
                return EXIT_STORAGE
            case _:
                return EXIT_REFUSED


class StorageFailedError(NodeError):
    """A write or a sync failed: what is durable is unknown until the next start, so the process must end."""

    def __init__(self, where: str, found: object) -> None:
        """The code is always N_STORAGE."""
        super().__init__("N_STORAGE", where, found=found)


@dataclass(frozen=True, slots=True)
class Words:
    """One sentence in both languages."""

    zh: str
    en: str

    def __str__(self) -> str:
        """Chinese first."""
        return f"{self.zh} / {self.en}"


def explain(error: NodeError | ProtocolError) -> str:
    """The lines for a person: the sentence, the place, what was expected and found, what to do."""
    zh, en = text_of(error.code)
    lines = [f"tally-node: {error.code} {zh} / {en}"]
    for label, value in (("位置 where", error.where), ("应为 expected", error.expected), ("实为 found", error.found)):
        if value:
            lines.append(f"  {label}: {value}")
    if error.code in HINTS:
        lines.append("  处理 hint: {} / {}".format(*HINTS[error.code]))
    return "\n".join(lines)


def as_json(error: NodeError | ProtocolError) -> dict[str, object]:
    """The same facts for programs."""
    zh, en = text_of(error.code)
    return {
        "code": error.code, "zh": zh, "en": en, "where": error.where,
        "expected": error.expected, "found": error.found,
    }  # fmt: skip
