"""Output that need not be UTF-8: what a terminal or pipe cannot show is spelt, and nothing ends in a traceback."""

import codecs
import io
import json
import os
import re
import sys
from typing import Any, Tuple

from fer_wire.printable import UNSAFE, printable

SPELT_OUT = "fer-spelt-out"
SPELLINGS = {
    "…": "...", "–": "-", "—": "-", "−": "-", "→": "->", "←": "<-", "×": "x", "·": "-", "•": "*", "≥": ">=", "≤": "<=",
    "±": "+-", "°": "deg", "µ": "u", "“": '"', "”": '"', "’": "'", "‘": "'", "✓": "ok", "█": "#", "▏": "|",
    "\u00a0": " ", "\u2009": " ", "\u202f": " ",
}  # fmt: skip
BOX_DRAWING = ("\u2500", "\u257f")
LINES = {"─": "-", "━": "-", "╌": "-", "═": "=", "│": "|", "┃": "|", "║": "|", "╸": "-", "╺": "-", "╴": "-", "╶": "-"}
BRAILLE = ("\u2800", "\u28ff")


def spell_out() -> None:
    """From now on standard output and standard error take every text, whatever their encoding."""
    _stand_in_for_closed_streams()
    codecs.register_error(SPELT_OUT, _spelt)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=SPELT_OUT)


def speak_utf8() -> None:
    """From now on standard output is UTF-8, for another process of ours that reads it, whatever the locale."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")


def json_text(document: Any, **options: Any) -> str:
    """The document as standard output can hold it: JSON is UTF-8, and ASCII where the output is anything else."""
    text = UNSAFE.sub(_json_escape, json.dumps(document, ensure_ascii=False, **options))
    if _is_utf8(sys.stdout) and _encodes(text):
        return text
    return json.dumps(document, ensure_ascii=True, **options)


def _json_escape(found: "re.Match[str]") -> str:
    return f"\\u{ord(found[0]):04x}"


def _stand_in_for_closed_streams() -> None:
    """Point closed standard streams to /dev/null: else the next file gets such a number, and what is printed there."""
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        if _is_closed(number):
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free
            setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115  # for good


def _is_closed(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return True
    return False


def _is_utf8(stream: Any) -> bool:
    encoding = getattr(stream, "encoding", None) or "utf-8"
    return codecs.lookup(encoding).name == "utf-8"


def _encodes(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _spelt(error: UnicodeError) -> Tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = printable(error.object[error.start : error.end])
    return "".join(_spelling(character, error.encoding) for character in text), error.end


def _spelling(character: str, encoding: str) -> str:
    if character.encode(encoding, "ignore"):
        return character
    if character in SPELLINGS:
        return SPELLINGS[character]
    if BOX_DRAWING[0] <= character <= BOX_DRAWING[1]:
        return LINES.get(character, "+")
    if BRAILLE[0] <= character <= BRAILLE[1]:
        return "*"
    return character.encode("ascii", "backslashreplace").decode("ascii")
