"""The sheets of the private tables; their columns are those of `coordinator/forms/paperwork.py`, a test compares."""

from typing import Final

from coordinator.sealing.workbooks.sheets import Field, Kind, Sheet, id_field, unit_field, word_field


def _name(name: str, zh: str, zh_help: str, en_help: str) -> Field:
    return Field(name=name, zh=zh, kind=Kind.NAME, required=True, width=18, zh_help=zh_help, en_help=en_help)


def _text(name: str, zh: str, zh_help: str = "", en_help: str = "", *, required: bool = False) -> Field:
    return Field(
        name=name, zh=zh, kind=Kind.TEXT, required=required, width=24, zh_help=zh_help or "可不填",
        en_help=en_help or "may be left out",
    )  # fmt: skip


def _hour(name: str, zh: str, zh_help: str, en_help: str) -> Field:
    return Field(name=name, zh=zh, kind=Kind.HOUR, required=True, zh_help=zh_help, en_help=en_help)


_BOX: Final = id_field("box", "票箱编号", "封存的票箱编号，可不填", "id of the sealed box, may be left out")
_HOUSEHOLD: Final = _text("household", "户", "户号，用于区分同名", "household, tells namesakes apart")
PRIVATE: Final = (
    Sheet(
        name="places", zh="投票地点", file="places.csv", key=("unit", "kind", "name", "opens", "box"),
        zh_help="公告第10号：每村的投票地点、流动票箱路线各一行，另有一行开箱计票",
        en_help="notice 10: a row for each polling place and mobile box of a village, and one of kind count",
        fields=(
            unit_field(),
            word_field("kind", "类别", ("centre", "中心会场"), ("branch", "分会场"), ("station", "投票站"),
                       ("mobile", "流动票箱"), ("count", "开箱计票"), required=True),
            _text("name", "地点", "公告上的写法", "as on the notice", required=True),
            _hour("opens", "开始时间", "如 8:00", "as 8:00"),
            _hour("closes", "结束时间", "如 12:00；只有一个时间的填 -", "as 12:00; - for one hour alone"),
            Field(name="day", zh="选举日", kind=Kind.DAY, zh_help="与封存日期不同时填写，如 2026-12-05，填一行即可",
                  en_help="if it is not the sealed date, as 2026-12-05; one row of the unit is enough"),
            _text("route", "路线", "流动票箱经过的地方", "where a mobile box goes"), _BOX, _text("note", "备注"),
        ),
    ),
    Sheet(
        name="mobile", zh="流动票箱投票人", file="mobile.csv", key=("unit", "name", "household", "box"),
        zh_help="公告第12号：用流动票箱投票的选民", en_help="notice 12: voters of the mobile boxes",
        fields=(
            unit_field(), _name("name", "姓名", "选民姓名", "the voter"),
            _text("reason", "原因", "例如 卧病在床", "for example ill in bed", required=True), _BOX, _HOUSEHOLD,
        ),
    ),
    Sheet(
        name="proxies", zh="委托投票", file="proxies.csv", key=("unit", "voter", "holder"),
        zh_help="公告第13号：每份委托一行；每人受托限额打印时按规则检查",
        en_help="notice 13: a row a proxy; the limit a holder is checked by the rules when it is printed",
        fields=(
            unit_field(), _name("voter", "委托人", "选民姓名", "the voter"),
            _name("holder", "受托人", "代为投票的人", "who votes for the voter"), _text("relation", "关系"),
        ),
    ),
    Sheet(
        name="writers", zh="代写人", file="writers.csv", key=("unit", "name", "place"),
        zh_help="公告第14号：代写人", en_help="notice 14: who writes for voters that cannot",
        fields=(unit_field(), _name("name", "姓名", "代写人姓名", "the writer"), _text("place", "地点")),
    ),
    Sheet(
        name="roll", zh="选民名册", file="roll.csv", key=("unit", "station", "number"),
        zh_help="点名领票表：每名选民一行，次序就是表上的次序", en_help="roll-call sheet: a row a voter, in its order",
        fields=(
            unit_field(), id_field("station", "计票点编号", "例如 1", "for example 1", required=True),
            id_field("number", "序号", "本计票点内不重复", "once in the station", required=True),
            _name("name", "姓名", "选民姓名", "the voter"), _HOUSEHOLD, _text("note", "备注"),
        ),
    ),
)  # fmt: skip
