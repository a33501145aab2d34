"""Who asks, from where, and what his browser may do with the answer."""

from urllib.parse import urlsplit

from aiohttp import web

from bot.channels.keys import CONTEXT

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob: data:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "manifest-src 'self'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(), microphone=(), camera=(self)",
    "Cache-Control": "no-store",
}


def secured(response: web.StreamResponse) -> web.StreamResponse:
    """The response with the headers that every page bears."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response


def see_other(location: str) -> web.Response:
    """To another page after a form."""
    response = web.Response(status=303, headers={"Location": location})
    secured(response)
    return response


def is_https(request: web.Request) -> bool:
    """Whether the resident came over HTTPS, be it to the proxy in front."""
    if request.app[CONTEXT].settings.behind_proxy:
        return request.headers.get("X-Forwarded-Proto", request.scheme) == "https"
    return request.scheme == "https"


def source(request: web.Request) -> str:
    """The address that a request comes from."""
    if request.app[CONTEXT].settings.behind_proxy:
        forwarded = request.headers.get("X-Forwarded-For", "").split(",")[-1].strip()
        if forwarded:
            return forwarded
    return request.remote or "unknown"


def own_origin(request: web.Request, *, demanded: bool) -> bool:
    """Whether the request was made by a page of ours.

    A browser names the page's origin with every POST and WebSocket; `demanded` refuses its absence.
    """
    origin = request.headers.get("Origin")
    if origin is None:
        return not demanded
    allowed = {f"{'https' if is_https(request) else 'http'}://{request.host}"}
    public = request.app[CONTEXT].settings.public_url
    if public:
        parts = urlsplit(public)
        allowed.add(f"{parts.scheme}://{parts.netloc}")
    return origin in allowed
