"""Starts the Rasa server: `python -m nlu.server --port 5005`, from the root of the checkout.

The API's token comes from the environment (RASA_TOKEN), because a command line is there for everyone to
read. The server listens on loopback only.
"""

import argparse
import os
import sys

from rasa.__main__ import main as rasa

arguments = argparse.ArgumentParser(prog="python -m nlu.server")
arguments.add_argument("--port", default="5005")
arguments.add_argument("--model", default="models")
chosen = arguments.parse_args()
token = os.environ.get("RASA_TOKEN")
if not token:
    sys.exit("RASA_TOKEN is not set; the bot sets it when it starts this server")

sys.argv = [
    "rasa",
    "run",
    "--enable-api",
    f"--auth-token={token}",  # in one piece: a token may begin with a dash
    "--interface",
    "127.0.0.1",
    "--port",
    chosen.port,
    "--model",
    chosen.model,
    "--endpoints",
    "endpoints.yml",
    "--credentials",
    "credentials.yml",
]
rasa()
