"""委托投票: how many proxies one holder may use at the issuing desk (spec/8) [PROXY-1]."""

from tally_protocol.law.profile import Proxy


def accepted_proxies(rule: Proxy, proxies: int, *, holder_is_candidate: bool) -> int:
    """Of the proxies that one person holds, how many are accepted; the others are refused when papers are issued.

    村民委员会组织法 art. 18 (2025-10-28; VC-18), 居民委员会组织法 art. 19 (2025-10-28; RC-19), 选举法 art. 42
    (2020-10-17; EL-42): at most three, and (villages, residents) a candidate may hold none; where representatives or
    party members vote there are none at all.
    """
    if not rule.allowed or (holder_is_candidate and not rule.candidates):
        return 0
    return min(proxies, rule.limit)
