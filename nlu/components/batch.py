"""Parses texts with a trained model: ``python -m nlu.components.batch MODEL``, JSON lines in and out.

Input lines are JSON strings; output lines are what ``/model/parse`` answers, with ``ms`` added. One message
at a time; the milliseconds are the processor's, so that other work on the machine does not count.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time


async def main() -> None:
    """Read texts from the standard input until it ends."""
    from rasa.core.agent import load_agent

    agent = await load_agent(model_path=sys.argv[1])
    await agent.parse_message("预热")
    for line in sys.stdin:
        started = time.process_time()
        found = await agent.parse_message(json.loads(line))
        found["ms"] = (time.process_time() - started) * 1000
        found.pop("text_tokens", None)
        print("\t" + json.dumps(found, ensure_ascii=False, default=str), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
