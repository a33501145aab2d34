"""Pictures and where they lie: known by content, re-encoded without metadata, kept sealed by hash."""

import base64
import hashlib
import io
import os
import secrets
import warnings
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

from bot.context import Context

LARGEST = 8 * 2**20
PIXELS = 50_000_000
SIDE = 2400
KINDS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")
QUALITY = 86


class PictureError(ValueError):
    """Why a picture is not taken, in words for the resident."""


@dataclass(frozen=True)
class Picture:
    """A cleaned picture."""

    content: bytes
    media_type: str


def clean(raw: bytes) -> Picture:
    """Re-encode: upright, at most 2400 pixels a side, without position, camera or comments.

    Raises PictureError for what is no picture, too large, or broken.
    """
    if len(raw) > LARGEST:
        raise PictureError("图片太大，一张最多 8 MB。")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(raw), formats=KINDS)
            if image.width * image.height > PIXELS:
                raise PictureError("图片太大，请缩小再发。")
            image.load()
            image = ImageOps.exif_transpose(image)
    except PictureError:
        raise
    except UnidentifiedImageError as error:
        raise PictureError("这不是图片，请发 JPG 或 PNG。") from error
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError, Warning) as error:
        raise PictureError("图片坏了，打不开。请重拍一张。") from error
    image.thumbnail((SIDE, SIDE))
    layered = image.convert("RGBA")
    fresh = Image.new("RGB", image.size, "white")
    fresh.paste(layered, mask=layered.getchannel("A"))
    out = io.BytesIO()
    fresh.save(out, "JPEG", quality=QUALITY, optimize=True)
    return Picture(out.getvalue(), "image/jpeg")


def path_of(context: Context, digest: str) -> Path:
    """Where the sealed content lies."""
    return context.settings.state_dir / "attachments" / digest[:2] / digest


def digest_of(context: Context, content: bytes) -> str:
    """The keyed hash by which a content is found: equal pictures lie there once."""
    return context.vault.lookup("file", hashlib.sha256(content).hexdigest())


def write(context: Context, digest: str, content: bytes) -> None:
    """Keep a content under its hash, sealed; what is there already stays."""
    path = path_of(context, digest)
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    sealed = context.vault.seal(base64.b64encode(content).decode(), f"file:{digest}")
    partial = path.with_suffix(f".{secrets.token_hex(8)}.part")
    try:
        handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(sealed)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def read(context: Context, digest: str) -> bytes:
    """The content of a kept picture; FileNotFoundError when it is gone."""
    sealed = path_of(context, digest).read_bytes()
    return base64.b64decode(context.vault.open(sealed, f"file:{digest}"))
