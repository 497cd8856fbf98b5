"""A profile for people: every value with who decided it and when, in Chinese and English (`profiles ID`) [PROF-2]."""

from collections.abc import Iterator, Mapping

from coordinator.sealing.profile_words import FIELDS, KINDS, ROLES, Pair, share_words, words_of
from tally_protocol.law.articles import article
from tally_protocol.law.national import fixed_by
from tally_protocol.law.profile import Profile, values_of
from tally_protocol.law.profile_rules import UNGOVERNED, same_value

SHARES = ("turnout", "elected", "supplementary", "recall")


def source_of(profile: Profile, path: str) -> tuple[str, str]:
    """Who stands behind a value: ("decided_by", text) or ("national", article key); ("", "") where nobody need."""
    decided = dict(profile.decided_by)
    names = path.split(".")
    for depth in range(len(names), 0, -1):
        found = decided.get(".".join(names[:depth]))
        # an entry for the value itself counts before national law: it says why the value departs, or confirms it
        if found is not None and (depth == len(names) or not _fixed(profile, path)):
            return "decided_by", found
    article = _fixed(profile, path)
    return ("national", article) if article else ("", "")


def _fixed(profile: Profile, path: str) -> str:
    """The article by which national law fixes this very value; empty if it does not."""
    value, article = (fixed_by(profile.law, profile.electorate) or {}).get(path, (None, ""))
    return article if article and same_value(profile.value_at(path), value) else ""


def sheet(profile: Profile) -> Iterator[str]:
    """Lines of the whole profile."""
    yield f"{profile.id}  {profile.title}"
    yield f"  所据 follows: {profile.text}"
    yield f"  施行 in force: {profile.in_force} · 国家法律 national law: {profile.law} · 来源 source: {profile.source}"
    values = dict(values_of(profile.to_body()))
    for path, (zh, en) in FIELDS.items():
        said = _value(values, path)
        yield f"{zh} · {en}: {_joined(said)}"
        yield from _source(profile, f"{path}.num" if path in SHARES else path)
    yield "签字 · signatures:"
    for kind, (zh, en) in KINDS.items():
        roles = [ROLES[role] for role in profile.roles(kind)] or [("无", "none")]
        yield f"    {zh} {en}: {'、'.join(zh for zh, _ in roles)} · {', '.join(en for _, en in roles)}"


def _value(values: Mapping[str, object], path: str) -> Pair:
    if path in SHARES:
        num, den = values[f"{path}.num"], values[f"{path}.den"]
        return share_words(int(str(num)), int(str(den)), strict=values[f"{path}.strict"] is True)
    return words_of(values[path])


def _joined(pair: Pair) -> str:
    return pair[0] if pair[0] == pair[1] else f"{pair[0]} · {pair[1]}"


def source_words(profile: Profile, path: str) -> str:
    """Who stands behind a value, for people; empty where nobody need."""
    kind, said = source_of(profile, path)
    return f"{article(said).zh} {said}" if kind == "national" else said


def _source(profile: Profile, path: str) -> Iterator[str]:
    said = source_words(profile, path)
    if said:
        yield f"    依据 by: {said}"
    elif path.partition(".")[0] in UNGOVERNED:
        yield "    本次选举自定 · set by the election"
