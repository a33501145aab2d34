"""Writes one SVG sprite of the icons that are used: sprite.py FOLDER NAMES > icons.svg."""

import re
import sys
from pathlib import Path


def main(folder: Path, names: Path) -> None:
    """Print the sprite; a name that has no file is an error."""
    symbols = []
    for name in names.read_text("utf-8").split():
        svg = (folder / f"{name}.svg").read_text("utf-8")
        body = re.sub(r"<!--.*?-->", "", svg, flags=re.S)
        body = body[body.index(">", body.index("<svg")) + 1 : body.rindex("</svg>")].strip()
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{" ".join(body.split())}</symbol>')
    print('<svg xmlns="http://www.w3.org/2000/svg">', *symbols, "</svg>", sep="\n")


main(Path(sys.argv[1]), Path(sys.argv[2]))
