"""What each finding means: a line for the desk, and for the county what to check first and what to do (spec/8).

`FINDING_TEXTS["F_BALANCE"].desk.zh` is what the laptop shows; the county's text is longer. A finding never blocks a
record: the paper's figures are recorded as they are, and the paper is put right by a signed record.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Text:
    """One text in Chinese and English."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class FindingText:
    """Number of the rule in the table, the desk's text, the county's text."""

    number: int
    desk: Text
    county: Text


_BALANCE_COUNTY = Text(
    "领取的选票必须全部有下落。先查：是否漏记剩余票、样票或换发的废票，再查领取签收单。处理：更正本表；找不到下落"
    "的选票，由选举委员会当场清点并在会议记录中说明。",
    "Every paper delivered must be accounted for. Check first: unused papers, samples, spoiled papers exchanged; "
    "then the delivery receipt. Do: correct the form; if papers stay missing, the committee counts on the spot "
    "and minutes it.",
)
_OVERFULL_COUNTY = Text(
    "收回多于发出，说明有人多投、冒投或数错。先查：重数本处选票，核对发票点名册和换票记录。处理：确为多出的，依本"
    "地规则判断整次选举或该票箱是否无效，不得抽票了事。",
    "More papers came back than went out: somebody cast twice, or a count is wrong. Check first: count the papers "
    "again, compare roll call and exchanged papers. Do: if there really are more, the rules say whether the "
    "election or the box is void; never take papers out.",
)
_VOTERS_COUNTY = Text(
    "每发一张票就应有一名到场的人或一份委托。先查：点名册的勾画、委托投票证张数、是否漏记换票。处理：以点名册为准"
    "更正；有票发给未登记的人，由选举委员会决定并记录。",
    "Each paper issued needs a person present or a proxy. Check first: ticks on the roll call, proxy "
    "certificates, papers exchanged. Do: correct by the roll call; if somebody not registered got a paper, the "
    "committee decides on record.",
)
_PROXIES_COUNTY = Text(
    "委托票是发出选票的一部分，不可能更多。先查：委托投票证是否重复计数。处理：按回收的委托投票证更正。",
    "Papers by proxy are part of the papers issued. Check first: certificates counted twice. Do: correct by the "
    "certificates that were taken in.",
)
_COLLECTED_VOTERS_COUNTY = Text(
    "收回选票多于投票人数，是选举是否有效的界线。先查：重数选票，核对点名册与委托。处理：确认属实的，依规则判断选"
    "举或该箱无效，并向乡镇报告。",
    "More papers than voters: the line at which an election or a box becomes void. Check first: count the papers "
    "again, compare roll call and proxies. Do: if it holds, decide by the rules and tell the township.",
)

FINDING_TEXTS: Mapping[str, FindingText] = MappingProxyType(
    {
        "F_BALANCE": FindingText(
            101,
            Text(
                "发出加作废加未用，不等于领取。请重数未用票和废票。",
                "issued + spoiled + unused is not delivered: count unused and spoiled again",
            ),
            _BALANCE_COUNTY,
        ),
        "F_COLLECTED_ISSUED": FindingText(
            102,
            Text(
                "收回的票比发出的多。请重数收回的票。",
                "more papers collected than issued: count the collected papers again",
            ),
            _OVERFULL_COUNTY,
        ),
        "F_COLLECTED_REGISTERED": FindingText(
            103,
            Text(
                "收回的票比登记的人还多。请核对登记人数和收回数。",
                "more papers collected than people registered: check both numbers",
            ),
            Text(
                "先查：登记人数是否抄成了别的点，收回数是否包含别处并入的选票。处理：更正抄错的一项；属实的，查发"
                "票记录。",
                "Check first: was another station's number copied, were papers of another table added? Do: "
                "correct what was copied wrongly; if it holds, go through the record of papers issued.",
            ),
        ),
        "F_COUNTED_COLLECTED": FindingText(
            104,
            Text(
                "已计的票数与收回的票数不同。请查是否漏计或重计一批。",
                "papers counted differ from papers collected: a batch missing or counted twice?",
            ),
            Text(
                "计票张数应等于收回张数。先查：最后一批是否上报，有无一批计了两次或作废后未重计，收回数是否抄错。"
                "处理：补计、作废重复的一批，或更正收回数。",
                "Papers counted must equal papers collected. Check first: the last batch, a batch counted twice "
                "or voided and not counted again, a wrong number collected. Do: count what is missing, void the "
                "double, or correct the form.",
            ),
        ),
        "F_COUNTED_VALID": FindingText(
            105,
            Text("表上的有效票数与计票结果不同。", "valid papers on the form differ from the count"),
            Text(
                "系统按标记判定有效票。先查：表上是否把空白票、部分无效票算成了另一类。处理：以逐票记录为准更正表"
                "格。",
                "The count derives validity from the marks. Check first: blank or partly void papers put into "
                "another class on the form. Do: correct the form by the record of the papers.",
            ),
        ),
        "F_PROXIES_ISSUED": FindingText(
            106,
            Text("委托票比发出的票还多。", "more proxies than papers issued"),
            _PROXIES_COUNTY,
        ),
        "F_VALID_INVALID": FindingText(
            107,
            Text(
                "有效加无效，不等于收回。请查空白票算在哪一类。",
                "valid + invalid is not collected: where were blank papers put?",
            ),
            Text(
                "三项必须相平。先查：弃权（空白）票是否漏记，部分无效票是否重复计入。处理：更正表格；曾有一村因重"
                "复唱票使票数多于选票张数，务必查清。",
                "The three must add up. Check first: blank papers left out, partly void papers counted twice. Do: "
                "correct the form; votes that exceed papers have once meant that papers were called twice.",
            ),
        ),
        "F_VOTERS_ISSUED": FindingText(
            108,
            Text("点名投票人数与发出票数不同。", "voters on the roll call differ from papers issued"),
            _VOTERS_COUNTY,
        ),
        "F_VOTERS_REGISTERED": FindingText(
            109,
            Text("投票人数比登记人数还多。", "more voters than people registered"),
            Text(
                "没有登记的人不能投票。先查：登记人数的版本（选举日前的增减是否记入），点名册是否重复。处理：更正"
                "登记数，或由选举委员会说明多出的人。",
                "Nobody votes who is not registered. Check first: the version of the register (changes before the "
                "day), double ticks. Do: correct the number, or the committee explains who the others are.",
            ),
        ),
        "F_COLLECTED_VOTERS": FindingText(
            110,
            Text("收回的票比投票的人多。请当场重数。", "more papers collected than voters: count again now"),
            _COLLECTED_VOTERS_COUNTY,
        ),
        "F_BOX_BALANCE": FindingText(
            201,
            Text("本箱：发出加作废加未用，不等于领取。", "this box: issued + spoiled + unused is not delivered"),
            _BALANCE_COUNTY,
        ),
        "F_BOX_COLLECTED_ISSUED": FindingText(
            202,
            Text(
                "本箱收回多于发出。混箱前请重数。",
                "this box: more collected than issued; count again before mixing",
            ),
            _OVERFULL_COUNTY,
        ),
        "F_BOX_PROXIES_ISSUED": FindingText(
            203,
            Text("本箱委托票多于发出。", "this box: more proxies than papers issued"),
            _PROXIES_COUNTY,
        ),
        "F_BOX_VOTERS_ISSUED": FindingText(
            204,
            Text("本箱投票人数与发出数不同。", "this box: voters differ from papers issued"),
            _VOTERS_COUNTY,
        ),
        "F_BOX_COLLECTED_VOTERS": FindingText(
            205,
            Text(
                "本箱收回多于投票人数。混箱前请重数。",
                "this box: more collected than voters; count again before mixing",
            ),
            Text(
                "总数相平也可能一箱多、一箱少。先查：本箱重数，核对本箱名单和委托。处理：规则按箱判断的，本箱单独"
                "无效，其选票不得混入他箱；按整次判断的，如实记录两箱之差。",
                "Totals may balance while one box has too many and another too few. Check first: count this box "
                "again, compare its list. Do: where the rules judge by box, it alone is void and must not be "
                "mixed; else record the difference.",
            ),
        ),
        "W_BOX_SHORT": FindingText(
            206,
            Text(
                "本箱收回少于投票人数（或发出数）。有人可能带走了选票。",
                "this box: fewer papers than voters (or issued); some may have left with theirs",
            ),
            Text(
                "少票不影响有效，但要能说明。先查：箱底、未封口的信封、相邻票箱是否多票。处理：在记录中注明少几张"
                "及可能原因。",
                "Missing papers do not void anything but need an explanation. Check first: the box itself, a "
                "surplus in the next box. Do: note how many and why.",
            ),
        ),
        "W_BOX_MISSING": FindingText(
            207,
            Text("本箱没有核对记录。", "this box has no record"),
            Text(
                "已结束计票，但这个票箱没有开箱核对记录。先查：该箱是否使用，记录是否在别的电脑上。处理：补记；确"
                "未使用的，说明。",
                "The station has closed without a record of this box. Check first: was it used, is its record on "
                "another laptop? Do: record it, or say that it was not used.",
            ),
        ),
        "F_BOX_SUM": FindingText(
            301,
            Text("各票箱相加，不等于本点表上的数。", "the boxes do not add up to this station's form"),
            Text(
                "先查：是否有一箱漏记或记在别的点，表上数字是否抄错。处理：以逐箱记录为准更正表格，或补记票箱。",
                "Check first: a box missing or written down at another station, a number copied wrongly. Do: "
                "correct the form by the boxes, or record the missing box.",
            ),
        ),
        "F_BOX_COUNTED": FindingText(
            302,
            Text("各箱收回之和与计票张数不同。", "papers of all boxes differ from papers counted"),
            Text(
                "混箱前后张数必须一致。先查：混箱时是否遗漏，有无一批漏计或重计；无效票箱的选票是否被混入。处理："
                "查到原因后作废或补计该批。",
                "Mixing must neither lose nor add papers. Check first: papers left behind while mixing, a batch "
                "missing or doubled, papers of a void box mixed in. Do: void or count the batch concerned.",
            ),
        ),
        "F_REGISTERED_SUM": FindingText(
            303,
            Text("各点登记人数之和不等于全村登记人数。", "the stations' registered do not add up to the unit's"),
            Text(
                "这是封存时的数字，不是计票的错误。先查：分点名单是否有人重复或遗漏。处理：以张榜公布的名单为准，"
                "封存前更正；已封存的，由选举委员会说明以哪个为准。",
                "These are sealed numbers, not a mistake of the count. Check first: people on two lists or on "
                "none. Do: correct before sealing by the published register; afterwards the committee says which "
                "number holds.",
            ),
        ),
        "F_UNIT_REGISTERED": FindingText(
            304,
            Text("全村投票人数多于登记人数。", "more voters than registered in the unit"),
            Text(
                "先查：登记人数是否为选举日的版本，各点人数有无重复相加。处理：更正；属实的，逐人核对点名册。",
                "Check first: is the number of registered that of election day, was a station added twice? Do: "
                "correct; if it holds, go through the roll call name by name.",
            ),
        ),
        "F_PROXY_LIMIT": FindingText(
            305,
            Text("委托票多于规定所能有的数目。", "more proxies than the limit allows"),
            Text(
                "亲自到场的每人最多接受规定数目的委托；总数超过，说明有人超额或候选人代投。先查：委托投票证登记表。"
                "处理：公布受托人名单，超额部分由选举委员会依规定处理。",
                "Each person present may hold so many; a larger total means somebody held more, or a candidate "
                "did. Check first: the register of proxies. Do: publish the holders; the committee deals with the "
                "excess by the rules.",
            ),
        ),
        "W_MARGIN": FindingText(
            401,
            Text("候选人数不合差额规定。", "the number of candidates does not fit the rules"),
            Text(
                "法律要求差额选举，另设空格的除外。先查：候选人是否有人退出，应选名额是否写错。处理：开箱前可依规"
                "定补提名；开箱后只作说明，不影响计票。",
                "The law asks for more candidates than seats, write-in spaces aside. Check first: a withdrawal, a "
                "wrong number of seats. Do: nominate again before the poll if the rules allow; afterwards it is "
                "only explained.",
            ),
        ),
        "W_TURNOUT_UNTESTED": FindingText(
            402,
            Text(
                "缺登记人数或到会人数，无法检验参选是否过半。",
                "turnout cannot be tested: registered or present is not recorded",
            ),
            Text(
                "没有这个数字，结果只能是“无法判定”。先查：封存资料和各点表格。处理：补记到会人数；登记人数须由选"
                "举委员会在下一版资料中封存。",
                "Without the figure the outcome stays not known. Check first: the sealed unit and the stations' "
                "forms. Do: record those present; the register is sealed in a new version by the committee.",
            ),
        ),
        "W_OVERCOUNT_UNTESTED": FindingText(
            403,
            Text(
                "缺投票人数或发出数，无法检验收回是否多出。",
                "over-count cannot be tested: voters or issued is not recorded",
            ),
            Text(
                "结果照常计算，但没有人检验过是否多出选票。先查：点名册和发票记录。处理：补记后重新出具报告单。",
                "The outcome stands, but nobody tested for surplus papers. Check first: roll call and issuing "
                "record. Do: record the figure and sign the statement again.",
            ),
        ),
        "W_BASE": FindingText(
            404,
            Text("用不同的基数计算，结果不同。", "the outcome depends on the base"),
            Text(
                "按收回、投票人数、发出或有效票计算，当选与否不同。结果以规则规定的基数为准。先查：规则中基数的依"
                "据，收回与投票人数之差。处理：公布时写明基数和各数字，防止误解。",
                "With papers collected, voters, issued or valid papers as the base somebody else is elected; the "
                "rules' base decides. Check first: who decided the base, why the figures differ. Do: print the "
                "base with the result.",
            ),
        ),
        "W_NO_WOMAN": FindingText(
            405,
            Text("当选人中没有妇女。", "no woman is among the elected"),
            Text(
                "法律规定委员会应当有妇女成员。先查：是否设妇女名额，候选人的性别是否登记。处理：依本地规则另行选"
                "举妇女成员；只是未登记性别的，补正后说明。",
                "The law asks for a woman in the committee. Check first: is there a seat for women, is the "
                "candidates' sex recorded? Do: hold a women's round by the local rules; if only the entry is "
                "missing, say so.",
            ),
        ),
        "W_RELATIVES": FindingText(
            406,
            Text("当选人之间有近亲属。", "close relatives are among the elected"),
            Text(
                "规则只要求提示，由人决定。先查：申报的亲属关系是否属实、是否在回避范围。处理：依本地办法协商退出"
                "或另行选举，在宣布当选时写明理由。",
                "The rules only flag it; people decide. Check first: is the declared relation true and within the "
                "list? Do: one steps back or a round is held by the local way; the declaration gives the reason.",
            ),
        ),
        "W_ROUND_LIST": FindingText(
            407,
            Text(
                "本轮候选人与上一轮结果给出的名单不同。",
                "candidates differ from the list that the round before gives",
            ),
            Text(
                "先查：是否有人退出、资格变动，或名单抄错；另选的人本轮才有编号。处理：属实的差别写明理由，抄错的"
                "在开箱前更正。",
                "Check first: withdrawals, disqualifications, a copying error; a written-in person gets an id "
                "only now. Do: explain what is meant, correct an error before the poll.",
            ),
        ),
    }
)
