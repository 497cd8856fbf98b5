"""What the centre says no with: a status, and sentences for a person in both languages."""

from coordinator.settings import CountyError


class Refused(CountyError):
    """An answer that is no; `word` is for the page's code, where it has to know more than the sentence."""

    def __init__(self, status: int, zh: str, en: str, word: str = "") -> None:
        """Both sentences are shown together."""
        super().__init__(zh, en)
        self.status, self.word = status, word
        self.more: dict[str, object] = {}

    def body(self) -> dict[str, object]:
        """As JSON."""
        return {"error": {"zh": self.zh, "en": self.en, "word": self.word}} | self.more


def missing(zh: str, en: str) -> Refused:
    """404."""
    return Refused(404, zh, en)


def conflict(zh: str, en: str) -> Refused:
    """409: it is no longer as the page showed it."""
    return Refused(409, zh, en)


def forbidden() -> Refused:
    """403, without telling what there would be to see."""
    return Refused(403, "您的角色不能做这件事，或不负责这个单位", "your role may not do this, or the unit is not yours")


def slow(seconds: int) -> Refused:
    """429."""
    return Refused(429, f"请求过于频繁，请 {seconds} 秒后再试", f"too many requests; try again in {seconds} s")
