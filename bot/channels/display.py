"""How a resident wants to see the pages: letter size, colours, read aloud. Known before the first paint."""

from dataclasses import dataclass

from aiohttp import web

from bot.channels.guard import is_https

COOKIE = "qf_display"
DAYS = 400
CHOICES = {
    "size": {"standard": "标准", "large": "大字", "huge": "特大"},
    "contrast": {"auto": "标准", "high": "高对比"},
    "aloud": {"off": "不朗读", "on": "新消息读出来"},
}


@dataclass(frozen=True)
class Display:
    """One of each choice; the scripts write the same cookie, `large.high.off`."""

    size: str = "standard"
    contrast: str = "auto"
    aloud: str = "off"

    @classmethod
    def of(cls, *values: str) -> "Display":
        """From values that may be anything; what is no choice becomes the standard."""
        named = zip(CHOICES, [*values, "", "", ""], strict=False)
        return cls(**{name: value for name, value in named if value in CHOICES[name]})

    @property
    def large(self) -> bool:
        """Whether the wording is the short one too."""
        return self.size != "standard"


def display_of(request: web.Request) -> Display:
    """The display that a request asks for."""
    return Display.of(*request.cookies.get(COOKIE, "").split(".")[:3])


def keep(request: web.Request, response: web.StreamResponse, display: Display) -> None:
    """Keep the choice in the browser."""
    response.set_cookie(
        COOKIE,
        f"{display.size}.{display.contrast}.{display.aloud}",
        max_age=DAYS * 86400,
        secure=is_https(request),
        samesite="Lax",
        path="/",
    )
