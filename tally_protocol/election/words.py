"""Closed lists of words that the manifest and the profiles share (spec/1, spec/8)."""

# 选举委员会主任, 总监票人, 监票人, 计票人, 唱票人, 委员
ROLE_WORDS = frozenset({"chair", "chief_scrutineer", "scrutineer", "teller", "caller", "member"})
RELATION_WORDS = ("child", "grandchild", "grandparent", "other", "parent", "sibling", "spouse")
