"""Talk to the staged assistant by hand: `python -m tests.dialogues.talk FOLDER [FILE]`, a message a line.

`>title` presses a button of the last answer.
"""

import asyncio
import sys
import time
from pathlib import Path

from bot.clock import now
from bot.directory.seed import read_seed, store_directory
from bot.knowledge.seed import store_faq
from bot.settings import ROOT
from bot.storage import migrate
from bot.storage.engine import Database
from tests.dialogues.stage import open_stage


async def seeded(folder: Path) -> str:
    """A migrated and seeded database of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    url = f"sqlite+aiosqlite:///{folder}/county.db"
    database = Database(url)
    await migrate.upgrade(database)
    rows = read_seed(ROOT / "data" / "seed")
    async with database.write() as session:
        await store_directory(session, rows)
        await store_faq(session, rows, now())
    await database.close()
    return url


async def main(folder: Path, source) -> None:  # type: ignore[no-untyped-def]
    """Read messages until the end of the input."""
    url = await seeded(folder)
    async with open_stage(folder, url) as stage:
        sender, buttons = "me", {}
        while True:
            text = await asyncio.to_thread(source.readline)
            if not text:
                return
            text = text.strip()
            if not text:
                sender += "x"
                print("=" * 60)
                continue
            began = time.perf_counter()
            token = buttons.get(text[1:]) if text.startswith(">") else None
            lines = await stage.say(sender, "" if token else text.lstrip(">"), token=token)
            took = (time.perf_counter() - began) * 1000
            print(f"\n我: {text}   ({took:.0f} ms)")
            buttons = {}
            for line in lines:
                print("  助手:", line.text.replace("\n", "\n        "))
                buttons |= {b["title"]: b["payload"] for b in line.buttons}
                if line.buttons:
                    print("       [" + "] [".join(b["title"] for b in line.buttons) + "]")
                if line.custom:
                    print(
                        "       ",
                        {
                            k: v
                            for k, v in line.custom.items()
                            if k
                            in (
                                "faq",
                                "ask_back",
                                "gap",
                                "ticket_number",
                                "retrieval_code",
                                "urgent",
                                "form",
                                "confidence",
                                "door",
                            )
                        },
                    )


if __name__ == "__main__":
    chosen = open(sys.argv[2], encoding="utf-8") if len(sys.argv) > 2 else sys.stdin
    asyncio.run(main(Path(sys.argv[1]), chosen))
