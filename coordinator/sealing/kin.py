"""relations.csv: who is declared to be a close relative of whom (任职回避) [POST-5] [SEAL-7].

Kinship is declared and published, never guessed from names. The first person is the `relation` of the second.
"""

from pathlib import Path
from typing import Final

from coordinator.sealing.contests import of_unit
from coordinator.sealing.draft import Draft
from coordinator.sealing.problems import Problems
from coordinator.sealing.tables import read_table
from tally_protocol.election.unit import WRITTEN_IN, Relation
from tally_protocol.election.words import RELATION_WORDS
from tally_protocol.errors import ProtocolError

_CHINESE: Final = {
    "spouse": "夫妻 夫妇 配偶 爱人 丈夫 妻子 夫 妻",
    "parent": "父母 父亲 母亲 父 母 父子 父女 母子 母女 养父 养母 继父 继母",
    "child": "子女 儿女 儿子 女儿 子 女 养子 养女 继子 继女",
    "sibling": "兄弟姐妹 兄弟姊妹 兄弟 姐妹 姊妹 兄妹 姐弟 兄 弟 姐 妹 哥哥 弟弟 姐姐 妹妹",
    "grandparent": "祖父母 外祖父母 祖父 祖母 外祖父 外祖母 爷爷 奶奶 外公 外婆 姥爷 姥姥 祖孙",
    "grandchild": "孙子女 外孙子女 孙子 孙女 外孙 外孙女",
    "other": "其他 其他亲属 亲属 亲戚",
}
RELATIONS: Final = {word: word for word in RELATION_WORDS} | {
    word: relation for relation, words in _CHINESE.items() for word in words.split()
}


def read_relations(path: Path, drafts: dict[str, Draft], problems: Problems) -> None:
    """Every declared pair; the file may be missing."""
    if not (path / "relations.csv").exists():
        return
    rows = read_table(path, "relations.csv", ("unit", "person", "other", "relation"), (), problems)
    for row, draft in of_unit(rows, drafts):
        word = RELATIONS.get(row.text("relation"))
        if word is None:
            row.fault(
                f"不认识的亲属关系 {row.text('relation')[:40]!r}；请写配偶、父母、子女、兄弟姐妹、祖父母、孙子女或其他",
                f"relation not known; write one of {', '.join(RELATION_WORDS)}",
            )
            continue
        try:
            relation = Relation.parse([row.text("person"), row.text("other"), word], "relation")
        except ProtocolError as error:
            row.fault(f"亲属关系不合规，应为候选人编号或 + 加姓名: {error}", str(error))
            continue
        draft.relations.append((row, relation))


def check_persons(draft: Draft, officials: dict[str, str]) -> None:
    """Note officials who are candidates or declared relatives of one, and ids that nobody has [SEAL-7].

    `officials`: id of each committee member and official of the unit -> the request that names the person.
    村民委员会组织法 art. 15 (2025-10-28; VC-15), 选举法 art. 43 (2020-10-17; EL-43).
    """
    for name, row in draft.candidate_rows.items():
        if name in officials:
            row.fault(
                f"{name} 是候选人，又在 {officials[name]} 中任工作人员；请换人后重新登记，或改正编号",
                f"{name} is a candidate and an official in {officials[name]}; appoint somebody else, or correct the id",
            )
    for row, relation in draft.relations:
        sides = relation.first, relation.second
        for one, other in (sides, sides[::-1]):
            if one in officials and other in draft.candidate_rows:
                row.fault(
                    f"{officials[one]} 中的工作人员 {one} 是候选人 {other} 的近亲属；请换人后重新登记",
                    f"{one}, an official in {officials[one]}, is a relative of {other}: appoint somebody else",
                )
        for one in sides:
            if not one.startswith(WRITTEN_IN) and one not in draft.candidate_rows and one not in officials:
                row.fault(
                    f"本单位没有编号为 {one} 的人；另选人写作 + 加姓名",
                    f"nobody in the unit has the id {one}; write + and the name for a written-in person",
                )
