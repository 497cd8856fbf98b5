"""Who stands behind a value of a profile: the nearest `decided_by` entry, or the article of national law [PROF-2]."""

from tally_protocol.law.articles import article
from tally_protocol.law.national import fixed_by
from tally_protocol.law.profile import Profile
from tally_protocol.law.profile_rules import same_value

READ_AS = ("见 decided_by", "见各项依据")


def source_of(profile: Profile, path: str) -> tuple[str, str]:
    """Who stands behind a value: ("decided_by", text) or ("national", article key); ("", "") where nobody need."""
    decided = dict(profile.decided_by)
    names = path.split(".")
    for depth in range(len(names), 0, -1):
        found = decided.get(".".join(names[:depth]))
        # an entry for the value itself counts before national law: it says why the value departs, or confirms it
        if found is not None and (depth == len(names) or not _fixed(profile, path)):
            return "decided_by", found
    key = _fixed(profile, path)
    return ("national", key) if key else ("", "")


def _fixed(profile: Profile, path: str) -> str:
    """The article by which national law fixes this very value; empty if it does not."""
    value, key = (fixed_by(profile.law, profile.electorate) or {}).get(path, (None, ""))
    return key if key and same_value(profile.value_at(path), value) else ""


def in_both(text: str) -> tuple[str, str]:
    """A text of a profile for readers of Chinese and of English: `中文 / English` is split, another stands in both.

    What follows the English after a `；` is Chinese again. The name of a field means nothing to a reader; the text
    itself is sealed and stays as it is.
    """
    zh, between, rest = text.partition(" / ")
    if not between or " / " in rest:
        zh = en = text
    else:
        en, more, tail = rest.partition("；")
        zh += more + tail
    return zh.replace(*READ_AS), en.replace(*READ_AS)


def source_pair(profile: Profile, path: str) -> tuple[str, str]:
    """Who stands behind a value, in Chinese and in English; two empty texts where nobody need."""
    kind, said = source_of(profile, path)
    return (article(said).zh, f"{said} {article(said).en}") if kind == "national" else in_both(said)


def source_words(profile: Profile, path: str) -> str:
    """Who stands behind a value, in Chinese: no key of ours and no English; empty where nobody need."""
    return source_pair(profile, path)[0]
