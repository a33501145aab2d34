"""Pictures: by content, cleaned, the session's own."""

import asyncio
import io

import pytest
from aiohttp import FormData
from PIL import Image, PngImagePlugin

from bot.channels import session as sessions
from bot.conversations import pictures
from bot.conversations.models import Conversation
from bot.tickets import pictures as kept
from tests.channels.test_socket import Page, headers


def photo(kind: str = "JPEG", size=(64, 48), **more) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "green").save(out, kind, **more)
    return out.getvalue()


def located() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = "secret place"
    exif.get_ifd(0x8825)[1] = "N"
    return photo(exif=exif.tobytes())


async def send(client, cookie: str, raw: bytes, name: str = "a.jpg", part: str = "picture", **more):
    form = FormData()
    form.add_field(part, raw, filename=name, content_type="image/jpeg")
    return await client.post("/upload", data=form, headers={**headers(client, cookie), **more})


@pytest.fixture
def cookie(county) -> str:
    return sessions.sign(county.vault, "zhou")


def test_cleaning_turns_upright_and_drops_what_the_camera_wrote():
    cleaned = pictures.clean(located())
    image = Image.open(io.BytesIO(cleaned.content))
    assert image.size == (48, 64)
    assert not image.getexif() and b"secret place" not in cleaned.content
    large = Image.open(io.BytesIO(pictures.clean(photo(size=(5000, 100))).content))
    assert max(large.size) == pictures.SIDE


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "GIF", "BMP"])
def test_other_kinds_become_jpeg(kind):
    assert pictures.clean(photo(kind)).media_type == "image/jpeg"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"MZ\x90",
        b"%PDF-1.7",
        photo()[:200],
        b"\xff\xd8\xff" * 50,
    ],
)
def test_what_is_no_picture_is_refused_whatever_its_name(raw):
    with pytest.raises(pictures.PictureError):
        pictures.clean(raw)


SCRIPT = b"<script>alert(document.cookie)</script>"


def with_comment(kind: str) -> bytes:
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", SCRIPT.decode())
    return photo(kind, **({"pnginfo": info} if kind == "PNG" else {"comment": SCRIPT}))


@pytest.mark.parametrize(
    "raw",
    [
        photo() + SCRIPT,
        photo("PNG") + b"PK\x03\x04" + SCRIPT,
        photo("GIF") + b"/*" + SCRIPT + b"*/",
        with_comment("JPEG"),
        with_comment("GIF"),
        with_comment("PNG"),
        photo("BMP") + b"*/=1;" + SCRIPT,
    ],
    ids=[
        "jpeg and page",
        "png and zip",
        "gif and script",
        "jpeg note",
        "gif note",
        "png note",
        "bmp and script",
    ],
)
def test_a_picture_that_is_something_else_as_well_is_only_a_picture_afterwards(raw):
    assert SCRIPT in raw or b"alert" in raw
    cleaned = pictures.clean(raw).content
    assert b"alert" not in cleaned and b"PK\x03\x04" not in cleaned
    assert cleaned.startswith(b"\xff\xd8\xff") and cleaned.endswith(b"\xff\xd9")


@pytest.mark.parametrize(
    "raw",
    [
        SCRIPT,
        b"GIF89a=1;alert(1)//",
        b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"\xef\xbb\xbf<svg xmlns='http://www.w3.org/2000/svg'><image href='file:///etc/passwd'/></svg>",
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(/etc/passwd) (r) file",
        b"push graphic-context\nviewbox 0 0 9 9\nimage over 0,0 0,0 'https://x/'\n",
        b"\x00\x00\x01\x00\x01\x00",
    ],
)
def test_pictures_that_are_programs_are_refused(raw):
    with pytest.raises(pictures.PictureError):
        pictures.clean(raw)


async def test_the_same_picture_sent_many_times_at_once_is_kept_once(county):
    content = pictures.clean(photo()).content
    digest = "ab" * 32
    writes = (asyncio.to_thread(kept.write, county, digest, content) for _ in range(12))
    await asyncio.gather(*writes)
    assert kept.read(county, digest) == content
    files = [path for path in (county.settings.state_dir / "attachments").rglob("*") if path.is_file()]
    assert [path.name for path in files] == [digest]


async def test_a_picture_is_kept_sealed_and_shown_to_its_session_alone(client, county, cookie):
    answer = await send(client, cookie, photo())
    assert answer.status == 201
    number = (await answer.json())["id"]
    own = {"Cookie": f"{sessions.COOKIE}={cookie}"}
    shown = await client.get(f"/pictures/{number}", headers=own)
    assert shown.status == 200 and (await shown.read())[:3] == b"\xff\xd8\xff"
    assert "no-store" in shown.headers["Cache-Control"]
    other = {"Cookie": f"{sessions.COOKIE}={sessions.sign(county.vault, 'li')}"}
    assert [(await client.get(f"/pictures/{number}", headers=h)).status for h in (other, {})] == [404, 404]
    for path in (county.settings.state_dir / "attachments").rglob("*"):
        assert path.is_dir() or b"\xff\xd8\xff" not in path.read_bytes()
    async with county.db.write() as session:
        for row in (await session.scalars(Conversation.__table__.select())).all():
            (await session.get(Conversation, row)).private = True
    assert (await client.get(f"/pictures/{number}", headers=own)).status == 404


async def test_refusals(client, county, cookie):
    assert (await send(client, "forged", photo())).status == 401
    assert (await send(client, cookie, photo(), Origin="https://evil.example")).status == 403
    assert (await send(client, cookie, photo(), part="file")).status == 422
    assert (await send(client, cookie, b"no picture")).status == 422
    assert (await send(client, cookie, b"x" * (pictures.LARGEST + 1))).status == 413
    response = await client.post("/upload", json={}, headers=headers(client, cookie))
    assert response.status == 415


async def test_only_own_pictures_go_with_a_message(client, county, cookie, rasa):
    mine = (await (await send(client, cookie, photo())).json())["id"]
    other = sessions.sign(county.vault, "li")
    theirs = (await (await send(client, other, photo(size=(9, 9)))).json())["id"]
    page = Page(client, cookie)
    await page.open()
    found = await page.say("a1", text="", pictures=[mine, theirs, 999])
    assert found[0]["pictures"] == [mine]
    assert rasa.asked[0]["metadata"]["attachments"] == [mine]
