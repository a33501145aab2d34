"""The picture in docs is the table's."""

from bot.tickets.picture import FILE, picture


def test_the_picture_is_up_to_date() -> None:
    assert FILE.read_text("utf-8") == picture(), "run: python -m bot.tickets.picture"
