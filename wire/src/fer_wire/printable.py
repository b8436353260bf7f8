"""Names of files are bytes, and what others send may be anything; what is printed, sent or stored of them is text."""

import re

UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
)
"""What moves a terminal's cursor, colors it or turns the text around: control and invisible formatting characters."""
LONE_SURROGATES = re.compile("[\ud800-\udc7f\udd00-\udfff]")
"""JSON may hold them, UTF-8 can't; those in between stand for the bytes of names."""
LINE_CHARACTERS = 2000


def printable(text: str) -> str:
    r"""The text as UTF-8 can hold it and a terminal may show it; new lines and tabs stay.

    The bytes of a name that is not UTF-8 are spelt out, as in caf\xe9.mp4, and so are escape codes, as in \x1b[2J.
    """
    held = LONE_SURROGATES.sub(_spelt, text).encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return UNSAFE.sub(_spelt, held)


def one_line(text: str) -> str:
    """The same on one line that is not too long, for a log."""
    flat = printable(text).replace("\n", "\\n").replace("\t", " ")
    return flat if len(flat) <= LINE_CHARACTERS else f"{flat[: LINE_CHARACTERS - 1]}…"


def _spelt(found: "re.Match[str]") -> str:
    return found[0].encode("unicode_escape").decode("ascii")
