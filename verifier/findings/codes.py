"""Codes: the sentence of each, the check that reports it, and the exception that carries it inside the core.

Serves [CONV-1]: the words are those of spec/codes.json (a test compares them), and a code never changes its meaning.
Worked example: `raise Refused("E_RUNNING", expected="running[3] = 17", found="18")`.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final


class Refused(Exception):
    """One thing that the contract does not allow: code, check, what was expected and what was found."""

    def __init__(self, code: str, expected: str = "", found: str = "", *, check: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.check = check or CHECK_OF.get(code, "I1")
        self.expected = expected
        self.found = found

    def __str__(self) -> str:
        return f"{self.code}: expected {self.expected or '-'}, found {self.found or '-'}"


class NoVerdict(Exception):
    """The input as a whole is unreadable or beyond the limits."""

    def __init__(self, english: str, chinese: str, code: str = "") -> None:
        super().__init__(english, chinese, code)  # all of it, so that it travels between processes
        self.english = english
        self.chinese = chinese
        self.code = code


# Where a code is reported unless the place that raises it says otherwise (spec/7, table of checks).
CHECK_OF: Final[Mapping[str, str]] = MappingProxyType(
    {
        "UNANCHORED": "A1",
        "E_ANCHOR": "A1",
        "E_SPLIT": "A2",
        "E_SIGNERS": "A3",
        "E_SIG": "A3",
        "E_WEAK_KEY": "A4",
        "MISSING_FILE": "C1",
        "E_MANIFEST_ROOT": "C2",
        "MISSING": "C3",
        "NOT_FINAL": "C4",
        "E_SEALED": "E1",
        "E_COMMITMENT": "E1",
        "E_COUNT": "E1",
        "MISSING_BALLOTS": "E1",
        "E_RECEIPT": "E2",
        "E_PROMISE": "E2",
        "E_PROOF": "E2",
        "E_NOTE": "I1",
        "E_B64": "I1",
        "E_LIMIT": "I1",
        "E_JSON": "I1",
        "E_NUM": "I1",
        "E_NAME": "I1",
        "E_NONCANON": "I1",
        "E_UNKNOWN_FIELD": "I1",
        "E_FIELD": "I1",
        "E_RANGE": "I1",
        "E_FIGURES": "I2",
        "E_SUM": "I2",
        "E_NAMES": "I2",
        "E_RUNNING": "I3",
        "E_TARGET": "I4",
        "E_EFFECT": "I4",
        "E_TOTAL": "I5",
        "E_HEAD": "I5",
        "E_FINDING": "I5",
        "E_PRIVACY": "I6",
        "E_OUTCOME": "I7",
        "E_DECLARATION": "I8",
        "E_TILE": "S1",
        "E_BUNDLE": "S1",
        "E_ROOT": "S1",
        "E_ORDER": "S2",
        "E_DUP": "S2",
        "E_KIND": "S2",
        "E_GAP": "S3",
        "E_FORK": "S3",
        "E_CHAIN": "S3",
        "E_NONZERO": "S3",
        "E_CLOSED": "S3",
        "E_EPOCH": "S3",
        "E_ELECTION": "S3",
        "E_UNKNOWN_CHAIN": "S3",
        "E_MANIFEST": "S4",
        "E_PROFILE": "S4",
        "E_TEST": "S4",
        "E_LAYOUT": "S4",
        "E_UNKNOWN_BOX": "S4",
        "E_STANDINGS": "S5",
        "E_STATE": "S6",
    }
)

# What says "something is missing" rather than "something is contradicted" [VERIFY-1].
INCOMPLETE_CODES: Final = frozenset({"MISSING", "MISSING_BALLOTS", "MISSING_FILE", "NOT_FINAL"})

# code -> (Chinese, English); every code of the contract, because a record may carry and a person may ask any of them.
SENTENCES: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "E_ANCHOR": (
            "给定的锚定密钥不是本次选举的授权密钥",
            "the given anchor is not the authority key of this election",
        ),
        "E_B64": ("base64 写法不规范", "base64 is not in its one canonical spelling"),
        "E_BUNDLE": ("日志条目文件内容或长度不对", "an entry bundle has wrong bytes or length"),
        "E_CHAIN": ("记录没有接在本链的上一条记录之后", "the record does not follow the chain's previous record"),
        "E_CLOSED": (
            "本点已结束计票，不再接受此类记录",
            "the station has closed; this kind of record is no longer accepted",
        ),
        "E_COMMITMENT": ("选票承诺与所附选票不符", "the commitment does not fit the ballots"),
        "E_COUNT": ("计数与选票上的标记不符", "the figures are not what the marks give"),
        "E_DECLARATION": (
            "宣布的当选人与依规则计算的不同而未逐一说明理由",
            "the declaration differs from the rules' result without exactly one reason for each person",
        ),
        "E_DISK": ("磁盘空间不足，未接受新内容", "the disk is nearly full; nothing new was accepted"),
        "E_DUP": ("同一记录在日志中出现两次", "the same record is in the log twice"),
        "E_EFFECT": (
            "更正的影响数与应有的差额不符",
            "the effect of a correction or void is not the difference it must be",
        ),
        "E_ELECTION": ("记录属于另一场选举", "the record belongs to another election"),
        "E_EPOCH": ("链的代次不对", "the epoch of the chain is not allowed"),
        "E_FIELD": ("缺少字段，或字段的类型、格式不对", "a field is missing or has the wrong type or pattern"),
        "E_FIGURES": ("数字的个数与选票版式不符", "the figures do not have the length that the layout gives"),
        "E_FINDING": ("核对提示与应有的不一致", "the findings are not those that the rules give"),
        "E_FORK": ("同一位置出现两条不同的记录", "two different records for one place in a chain"),
        "E_GAP": ("记录序号不连续", "records are missing between"),
        "E_HEAD": ("报告单没有引用各计票点的最终记录", "the statement does not cite the stations' heads"),
        "E_IDENTITY": ("此设备无权递交这一计票点的记录", "this laptop may not deliver for this chain"),
        "E_JOURNAL": ("本机日志与其签名链不符", "the journal does not fit its own signed chain"),
        "E_JSON": ("不是合规的 JSON", "not acceptable JSON"),
        "E_KIND": ("未知的记录种类或版本", "unknown kind or version of record"),
        "E_LAYOUT": ("选票版式或职位不属于本计票点", "the layout or contest does not belong to this unit"),
        "E_LIMIT": ("超过规定的上限", "a limit is exceeded"),
        "E_LOCK": ("另一进程已抢先发布", "another process has published first"),
        "E_LOCK_AHEAD": (
            "已发布的内容比本机存储更新，拒绝发布",
            "what is published is ahead of this store; publishing refused",
        ),
        "E_MANIFEST": (
            "引用的选举文件不存在、不是最新或自相矛盾",
            "the manifest cited is unknown, not the newest, or contradicts itself",
        ),
        "E_MANIFEST_ROOT": (
            "选举单位清单与选举文件中的根不符",
            "the set of units does not fit the root in the election note",
        ),
        "E_NAME": ("名称或文字含有不允许的字符", "a name or text has characters that are not allowed"),
        "E_NAMES": ("另选他人登记或公开不一致", "the register of written-in names or its opening is inconsistent"),
        "E_NONCANON": ("写法不是唯一规范写法", "the document is spelled differently from its one canonical spelling"),
        "E_NONZERO": ("链没有从启封记录开始", "the chain does not start with open"),
        "E_NOTE": ("签名文件格式不对", "the signed note is malformed"),
        "E_NUM": ("数字写法不对或超出范围", "a number is not an allowed integer"),
        "E_ORDER": ("日志中记录的顺序不对", "entries of the log are in the wrong order"),
        "E_OUTCOME": ("选举结果与依规则重新计算的结果不符", "the determination is not what the rules give"),
        "E_PRIVACY": ("批次票数低于公开下限", "a batch has fewer papers than may be published"),
        "E_PROFILE": (
            "选举规则不全、与国家法律不符而未注明由谁决定，或相互矛盾",
            "a rule profile is incomplete, departs from national law without saying who decided it, "
            "or contradicts itself",
        ),
        "E_PROMISE": ("有回执的记录不在公开日志里", "a receipted record is not in the log"),
        "E_PROOF": ("证明不成立", "a proof does not hold"),
        "E_RANGE": ("数值或标记超出允许范围", "a value is out of its range"),
        "E_RATE": ("递交过快或连接过多，请稍候", "too fast or too many at once; wait, then go on"),
        "E_RECEIPT": ("回执不成立或与本机记录不符", "a receipt does not hold or does not fit the journal"),
        "E_REVOKED": ("此设备的接入已被县中心撤销", "the county has revoked this laptop's access"),
        "E_ROLLBACK": (
            "本机记录与县中心所存不一致，已停止",
            "this machine's records differ from the county's; stopped",
        ),
        "E_ROOT": ("日志根与检查点不符", "the tree of the entries does not have the signed root"),
        "E_RUNNING": ("累计数与上一条加本批不符", "the running total does not follow"),
        "E_SEALED": ("密封部分打不开或与记录不符", "the sealed part cannot be opened or does not fit the record"),
        "E_SELF_CHECK": ("存储自检不通过，未签名", "stored bytes failed the self-check; nothing was signed"),
        "E_SIG": ("签名不成立", "a signature does not verify"),
        "E_SIGNERS": ("签名人不是规定的人或次序不对", "the signers are not exactly those required"),
        "E_SPLIT": ("同一日志出现互相矛盾的两个检查点", "two signed checkpoints conflict"),
        "E_STANDINGS": (
            "进度记录引用的日志前缀不对",
            "a standings record does not cover a prefix of this log as it must",
        ),
        "E_STATE": ("本链当前状态不允许此类记录", "the state of the chain does not allow this record"),
        "E_SUM": ("票数不平", "the figures do not add up"),
        "E_TARGET": ("更正或作废的对象不对", "the target of a correction or void is wrong"),
        "E_TEST": ("演练标记与编号不符", "the rehearsal flag does not fit the id or origin"),
        "E_TILE": ("日志哈希文件内容或长度不对", "a tile has wrong bytes or length"),
        "E_TOKEN": ("登记码不对、已用过、已过期或已锁定", "the enrolment code is wrong, used, expired or locked"),
        "E_TOTAL": ("合计数不符", "a total does not come out"),
        "E_UNKNOWN_BOX": ("选举文件中没有这个票箱", "the box is not in the unit note for this station"),
        "E_UNKNOWN_CHAIN": ("选举文件中没有这个单位或计票点", "the manifest does not know this unit or station"),
        "E_UNKNOWN_FIELD": ("多出未规定的字段", "a field that the kind does not have"),
        "E_WEAK_KEY": ("公钥不安全", "a public key is weak"),
        "F_BALANCE": ("发出、作废、剩余之和不等于领用数", "issued + spoiled + unused is not delivered"),
        "F_BOX_BALANCE": (
            "票箱：发出 + 作废 + 未用 不等于 领取",
            "box: issued + spoiled + unused differs from delivered",
        ),
        "F_BOX_COLLECTED_ISSUED": ("票箱：收回多于发出", "box: more papers collected than issued"),
        "F_BOX_COLLECTED_VOTERS": ("票箱：收回多于投票人数", "box: more papers collected than voters"),
        "F_BOX_COUNTED": ("各票箱收回之和不等于计票张数", "the papers of all boxes differ from the papers counted"),
        "F_BOX_PROXIES_ISSUED": ("票箱：委托票多于发出", "box: more proxies than papers issued"),
        "F_BOX_SUM": ("各票箱之和不等于本点表上数字", "the boxes do not add up to the station's figure"),
        "F_BOX_VOTERS_ISSUED": ("票箱：投票人数与发出数不符", "box: voters differ from papers issued"),
        "F_COLLECTED_ISSUED": ("收回多于发出", "more papers collected than issued"),
        "F_COLLECTED_REGISTERED": ("收回多于登记选民", "more papers collected than registered electors"),
        "F_COLLECTED_VOTERS": ("收回选票多于投票人数", "more papers collected than voters"),
        "F_COUNTED_COLLECTED": ("已计票数不等于收回票数", "papers counted differ from papers collected"),
        "F_COUNTED_VALID": ("已计有效票不等于表上有效票", "valid papers counted differ from the form"),
        "F_PROXIES_ISSUED": ("委托票多于发出", "more proxies than papers issued"),
        "F_PROXY_LIMIT": ("委托票数超过规定上限所能产生的数目", "more proxies than the limit can give"),
        "F_REGISTERED_SUM": (
            "各点登记人数之和不等于全村登记人数",
            "the stations' registered do not add up to the unit's",
        ),
        "F_UNIT_REGISTERED": ("全村投票人数多于登记人数", "more voters than registered in the unit"),
        "F_VALID_INVALID": ("有效与无效之和不等于收回", "valid + invalid is not collected"),
        "F_VOTERS_ISSUED": ("投票人数（含委托）与发出选票数不符", "voters on the roll call differ from papers issued"),
        "F_VOTERS_REGISTERED": ("投票人数多于登记人数", "more voters than registered"),
        "MISSING": ("资料中没有这个单位或计票点的记录", "a unit or station is missing from the record"),
        "MISSING_BALLOTS": ("密封选票档案不全", "a sealed part is missing from the archive"),
        "MISSING_FILE": ("缺少文件", "a file is missing"),
        "NOT_FINAL": ("结果尚未最终确认", "the result is not final yet"),
        "UNANCHORED": ("没有给出授权密钥或指纹", "no authority key or fingerprint was given"),
        "W_BASE": ("结果因计算基数不同而不同", "the outcome depends on the base"),
        "W_BOX_MISSING": ("票箱没有核对记录", "a box has no reconciliation record"),
        "W_BOX_SHORT": ("票箱：收回少于投票人数", "box: fewer papers collected than voters"),
        "W_MARGIN": ("候选人数与应选名额之差不合规定", "candidates minus seats is not what the rules ask"),
        "W_NO_WOMAN": ("当选人中没有妇女", "no woman is among the elected"),
        "W_OVERCOUNT_UNTESTED": (
            "缺投票人数或发出数，收回是否超出未检验",
            "over-count could not be tested: a figure is not recorded",
        ),
        "W_RELATIVES": ("当选人之间有近亲属关系", "close relatives are among the elected"),
        "W_ROUND_LIST": (
            "本轮候选人与上一轮结果给出的名单不同",
            "this round's candidates are not the ones that the round before gives",
        ),
        "W_TURNOUT_UNTESTED": (
            "缺登记人数或投票人数，参选是否过半未检验",
            "turnout could not be tested: a figure is not recorded",
        ),
    }
)
