"""What is wrong with a field that was sent, in both languages: the checking library speaks English alone."""

from collections.abc import Mapping
from typing import Any, Final

Pair = tuple[str, str]
# by the library's own name of a fault; the values in braces are from its context
_WORDS: Final[dict[str, Pair]] = {
    "missing": ("缺少这一项", "is missing"),
    "extra_forbidden": ("不认识这一项", "is not known here"),
    "string_type": ("应为文字", "expected text"),
    "string_too_long": ("最多 {max_length} 个字符", "at most {max_length} characters"),
    "string_too_short": ("至少 {min_length} 个字符", "at least {min_length} characters"),
    "string_pattern_mismatch": ("写法不对", "is not written as expected"),
    "int_type": ("应为整数", "expected a whole number"),
    "int_parsing": ("应为整数", "expected a whole number"),
    "int_from_float": ("应为整数", "expected a whole number"),
    "int_parsing_size": ("这个数太大", "the number is too large"),
    "bool_type": ("应为是或否", "expected yes or no"),
    "bool_parsing": ("应为是或否", "expected yes or no"),
    "greater_than_equal": ("不能小于 {ge}", "at least {ge}"),
    "greater_than": ("应大于 {gt}", "greater than {gt}"),
    "less_than_equal": ("不能大于 {le}", "at most {le}"),
    "less_than": ("应小于 {lt}", "less than {lt}"),
    "literal_error": ("只能选：{expected}", "one of: {expected}"),
    "union_tag_invalid": ("只能选：{expected_tags}", "one of: {expected_tags}"),
    "list_type": ("应为一列", "expected a list"),
    "too_long": ("最多 {max_length} 项", "at most {max_length} of them"),
    "too_short": ("至少 {min_length} 项", "at least {min_length} of them"),
    "json_invalid": ("内容读不懂", "cannot be read"),
}
_OTHER: Final[Pair] = ("内容不符合要求", "is not what is expected")


def words_of(fault: Mapping[str, Any]) -> Pair:
    """Of one fault as the library tells it; what was sent is never repeated."""
    context = fault.get("ctx") or {}
    if fault["type"] == "value_error":
        # our own checks say both languages in one sentence (`asking`)
        zh, _, en = str(context.get("error", "")).partition(" · ")
        return (zh, en) if en else _OTHER
    try:
        zh, en = _WORDS.get(fault["type"], _OTHER)
        return zh.format(**context).replace(" or ", "、"), en.format(**context)
    except (IndexError, KeyError):
        return _OTHER
