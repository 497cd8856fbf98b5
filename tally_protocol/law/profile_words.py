"""How people call the fields and values of a profile, in Chinese and English (spec/8, profiles).

A value is looked up first under its path, then among the words that mean the same everywhere.
"""

from typing import Final

Pair = tuple[str, str]

FIELDS: Final[dict[str, Pair]] = {
    "electorate": ("选举人", "electorate"),
    "turnout": ("参选人数", "turnout"),
    "turnout.of": ("参选基数", "turnout: share of"),
    "turnout.value": ("参选计算", "turnout: counted by"),
    "overcount.base": ("收回不得多于", "papers collected at most"),
    "overcount.scope": ("超出时无效的范围", "over-count: what is void"),
    "elected": ("当选票数", "elected"),
    "elected.base": ("当选基数", "elected: base"),
    "tie": ("票数相等", "ties"),
    "roll_down": ("上票下加", "roll-down of votes"),
    "ballot.form": ("选票", "papers"),
    "ballot.choices": ("可以选择", "choices"),
    "ballot.overvote.compare": ("多选的比较", "over-vote: compared"),
    "ballot.overvote.scope": ("多选时无效的范围", "over-vote: what is void"),
    "ballot.dup_post": ("同一人选任多职", "one person in several posts"),
    "ballot.illegible": ("无法辨认", "illegible marks"),
    "ballot.extra_mark": ("另作记号", "extra marks"),
    "ballot.blank": ("空白票", "blank papers"),
    "ballot.write_in": ("另选他人", "written-in persons"),
    "ballot.name_variants": ("姓名写法不同", "variants of a name"),
    "margin.least": ("差额至少", "candidates beyond seats, at least"),
    "margin.most": ("差额至多", "candidates beyond seats, at most"),
    "nomination.margin": ("提名差额", "nomination: candidates beyond seats"),
    "female.method": ("妇女名额", "women's seat"),
    "female.on_fail": ("妇女名额未选出", "women's seat not filled"),
    "avoidance.relations": ("回避的亲属", "relatives who may not serve together"),
    "avoidance.method": ("回避办法", "avoidance"),
    "avoidance.fill": ("回避后的缺额", "seat opened by avoidance"),
    "supplementary": ("另行选举当选票数", "supplementary round: elected"),
    "supplementary.base": ("另行选举基数", "supplementary round: base"),
    "supplementary.majority_first": ("另行选举先看过半数", "supplementary round: majority first"),
    "supplementary.margin": ("另行选举差额", "supplementary round: candidates beyond seats"),
    "supplementary.min_candidates": ("另行选举候选人至少", "supplementary round: candidates at least"),
    "supplementary.turnout": ("另行选举要求参选过半", "supplementary round: turnout asked"),
    "supplementary.deadline_days": ("另行选举期限（日）", "supplementary round: within days"),
    "vacancy.allowed": ("可以缺额", "a seat may stay empty"),
    "vacancy.min_members": ("缺额时至少已选出", "vacancy: members at least"),
    "vacancy.needs_chair": ("缺额时主任须已选出", "vacancy: chair needed"),
    "recall": ("罢免通过票数", "recall"),
    "recall.base": ("罢免基数", "recall: base"),
    "proxy.allowed": ("委托投票", "proxies"),
    "proxy.limit": ("每人受托至多", "proxies a person"),
    "proxy.candidates": ("候选人可以受托", "candidates may hold proxies"),
    "proxy.holder": ("受托人", "proxy holder"),
    "proxy.deadline_days": ("委托须在选举日前（日）", "proxies filed days before"),
    "scrutineers.per_batch_min": ("每批签字监票人至少", "scrutineers signing a batch, at least"),
    "scrutineers.per_box_min": ("每个流动票箱监票人至少", "scrutineers of a mobile box, at least"),
    "names.full": ("公布全部另选人", "all written-in persons are opened"),
    "names.min_votes": ("公布另选人的最少票数", "written-in persons opened from votes"),
    "publish.min_ballots_per_cell": ("公布一批至少张数", "papers of a published batch, at least"),
}
WORDS: Final[dict[str, Pair]] = {
    "abstain": ("弃权", "abstain"),
    "adjudicate": ("由监票人提交村民选举委员会认定", "adjudicated at the table"),
    "after": ("另行选举后", "after the supplementary round"),
    "any": ("任何有选举权的人", "any elector"),
    "approve": ("赞成", "approve"),
    "ballot": ("整张选票", "the whole paper"),
    "before": ("另行选举前后均可", "before a supplementary round, too"),
    "box": ("该票箱", "the box alone"),
    "child": ("子女", "child"),
    "choose": ("选择", "choose"),
    "collected": ("收回选票数", "papers collected"),
    "columns": ("涉及的各职务", "the posts concerned"),
    "dedicated_seat": ("选票单列妇女委员", "a seat of its own on the paper"),
    "due": ("应到人数", "those due"),
    "election": ("整次选举", "the whole election"),
    "fewer_against": ("反对票少者在前，仍相等的再次投票", "fewer opposing votes first, then a runoff"),
    "flag": ("只提示", "flagged only"),
    "free": ("可以另选", "free"),
    "grandchild": ("孙子女、外孙子女", "grandchild"),
    "grandparent": ("祖父母、外祖父母", "grandparent"),
    "highest_only": ("只计最高职务", "only the highest post counts"),
    "highest_post_then_votes": ("留任职务最高者，同职务得票多者", "the highest post stays, then most votes"),
    "household": ("每户一名代表", "one a household"),
    "ignore": ("不影响", "ignored"),
    "invalid": ("计为无效", "counted as invalid"),
    "issued": ("发出选票数", "papers issued"),
    "member": ("有选举权的党员", "full members"),
    "needs_oppose": ("反对候选人后才可另选", "only beside an opposed candidate"),
    "next_qualified": ("由过线者依次递补", "the next qualified person"),
    "no": ("否", "no"),
    "none": ("无", "none"),
    "one_sheet": ("各职务同一张", "all posts on one sheet"),
    "oppose": ("反对", "oppose"),
    "other": ("其他亲属", "other relative"),
    "parent": ("父母", "parent"),
    "part": ("该部分", "that part alone"),
    "per_post": ("按职务", "post by post"),
    "person": ("登记的选民", "registered electors"),
    "post": ("该职务", "that post alone"),
    "present": ("到会人数", "those present"),
    "procedure_2013": ("2013年规程：未当选主任副主任的，先定得票最多的妇女委员", "procedure of 2013"),
    "registered": ("登记人数", "those registered"),
    "relative": ("近亲属", "close relatives"),
    "representative": ("居民代表", "representatives"),
    "runoff": ("再次投票", "runoff"),
    "separate": ("各职务分别印制", "separate papers for each post"),
    "sibling": ("兄弟姐妹", "sibling"),
    "spouse": ("配偶", "spouse"),
    "supplementary": ("留一名另行选举", "one seat goes to a women's supplementary round"),
    "top_woman_first": ("先定得票最多的妇女", "the woman with most votes first"),
    "total": ("按整张选票合计", "all posts together"),
    "valid": ("有效票数", "valid papers"),
    "voters": ("投票人数", "persons who voted"),
    "write_in": ("另选他人", "write in"),
}
KINDS: Final[dict[str, Pair]] = {
    "open": ("开箱", "opening"),
    "box": ("票箱核对", "box reconciliation"),
    "batch": ("每批计票", "batch"),
    "void": ("作废一批", "void"),
    "correction": ("更正", "correction"),
    "close": ("结束计票", "close"),
    "step": ("步骤", "step"),
    "statement": ("结果报告单", "statement"),
    "names": ("公布另选人", "names"),
    "declaration": ("宣布当选", "declaration"),
}
ROLES: Final[dict[str, Pair]] = {
    "chair": ("主任", "chair"),
    "chief_scrutineer": ("总监票人", "chief scrutineer"),
    "scrutineer": ("监票人", "scrutineer"),
    "teller": ("计票人", "teller"),
    "caller": ("唱票人", "caller"),
    "member": ("委员", "member"),
}


def words_of(value: object) -> Pair:
    """A value for people: words in both languages, numbers as they are, a list with commas."""
    match value:
        case bool():
            return ("是", "yes") if value else ("否", "no")
        case str():
            return WORDS.get(value, (value, value))
        case list() | tuple():
            pairs = [words_of(entry) for entry in value]
            return "、".join(zh for zh, _ in pairs), ", ".join(en for _, en in pairs)
        case _:
            return str(value), str(value)


def share_words(num: int, den: int, *, strict: bool) -> Pair:
    """A share for people: 超过 1/2 is not 1/2 itself, 不少于 1/3 is [SHARE-1]."""
    zh, en = ("超过", "more than") if strict else ("不少于", "at least")
    return f"{zh} {num}/{den}", f"{en} {num}/{den}"
