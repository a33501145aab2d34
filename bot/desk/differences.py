"""Two texts side by side as one: what went and what came."""

from difflib import SequenceMatcher

from markupsafe import Markup


def marked(before: str, after: str) -> Markup:
    """The later text with `<del>` for what is gone and `<ins>` for what is new."""
    parts = []
    for kind, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            parts.append(Markup("{}").format(before[a:b]))
            continue
        if a < b:
            parts.append(Markup("<del>{}</del>").format(before[a:b]))
        if c < d:
            parts.append(Markup("<ins>{}</ins>").format(after[c:d]))
    return Markup("").join(parts)
