"""What can go wrong with a ticket; the rim turns it into a page, a chat sentence or a problem document."""

from dataclasses import dataclass


@dataclass
class TicketError(Exception):
    """A refusal with a sentence that people read (Chinese) and a stable code."""

    message: str
    code: str = "error"

    def __str__(self) -> str:
        return self.message


class NotFound(TicketError):
    """There is no such ticket, or not for this person; the two are not told apart."""

    def __init__(self, message: str = "没有找到这张工单") -> None:
        super().__init__(message, "not_found")


class Forbidden(TicketError):
    """This actor may not do this."""

    def __init__(self, message: str = "您的身份不能做这一步") -> None:
        super().__init__(message, "forbidden")


class NoSuchStep(TicketError):
    """The table has no such step from here, or its guard says no."""

    def __init__(self, message: str = "现在不能做这一步") -> None:
        super().__init__(message, "no_such_step")


class Stale(TicketError):
    """The ticket changed since it was read."""

    def __init__(self, message: str = "工单刚被别人改过，请先看新的内容") -> None:
        super().__init__(message, "stale")


class Missing(TicketError):
    """Something that the step or the filing needs is missing or wrong; `field` names it."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message, "missing")
        self.field = field


class Locked(TicketError):
    """Too many wrong tries; `minutes` until the next one."""

    def __init__(self, minutes: int) -> None:
        super().__init__(f"试的次数太多了，请过 {minutes} 分钟再查", "locked")
        self.minutes = minutes


class WrongCode(NotFound):
    """Number and retrieval code do not fit; the same for a number that does not exist."""

    def __init__(self, left: int) -> None:
        super().__init__(f"号码和取回码对不上。还可以试 {left} 次。")
        self.code = "wrong_code"
        self.left = left
