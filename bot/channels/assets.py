"""The page's own files, read once, compressed once, served under a folder named after their content."""

import gzip
import hashlib
import mimetypes
from pathlib import Path

from aiohttp import web

from bot.settings import ROOT

FOLDER = ROOT / "bot" / "static"
TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
YEAR = 365 * 86400


class Assets:
    """Files of `bot/static/resident` and the icon sprite, by name."""

    def __init__(self, folder: Path = FOLDER) -> None:
        found = [*sorted((folder / "resident").glob("*.*")), folder / "vendor" / "icons.svg"]
        self._files = {path.name: path.read_bytes() for path in found if path.is_file()}
        self._packed = {name: gzip.compress(body, 9, mtime=0) for name, body in self._files.items()}
        digest = hashlib.sha256(b"".join(self._files.values()))
        self.base = f"/assets/{digest.hexdigest()[:12]}"

    def url(self, name: str) -> str:
        """Where a file is served; modules find each other relative to it."""
        return f"{self.base}/{name}"

    async def serve(self, request: web.Request) -> web.Response:
        """One file, compressed where the browser takes it; another version's name still gets this one."""
        name = request.match_info["name"]
        if name not in self._files:
            raise web.HTTPNotFound
        suffix = Path(name).suffix
        response = web.Response(
            content_type=TYPES.get(suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream",
            charset="utf-8" if suffix in TYPES else None,
            headers={"X-Content-Type-Options": "nosniff", "Vary": "Accept-Encoding"},
        )
        current = self.base == "/assets/" + request.match_info["version"]
        response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable" if current else "no-store"
        if "gzip" in request.headers.get("Accept-Encoding", ""):
            response.headers["Content-Encoding"] = "gzip"
            response.body = self._packed[name]
        else:
            response.body = self._files[name]
        return response
