"""The text of a settings file as editors leave it: UTF-8 with or without a mark, and any ends of lines."""

import codecs
import re
from pathlib import Path
from typing import Any, Callable, Dict, Optional

from fer_wire.errors import SettingsTextError

MARKS = {
    codecs.BOM_UTF32_LE: "UTF-32", codecs.BOM_UTF32_BE: "UTF-32", codecs.BOM_UTF16_LE: "UTF-16",
    codecs.BOM_UTF16_BE: "UTF-16",
}  # fmt: skip
"""The longer one first, for UTF-32's begins with UTF-16's."""
BINARY = "bytes"
TYPOGRAPHY = "“”„‟‘’‚″′\u00a0\u2007\u202f\u200b\u200e\u2060\ufeff–—"


def settings_text(path: Path) -> str:
    """Its text, each line ended alike; raises OSError, and SettingsTextError that names the encoding."""
    data = path.read_bytes()
    encoding = next((name for mark, name in MARKS.items() if data.startswith(mark)), None) or _unmarked(data)
    if encoding == BINARY:
        raise SettingsTextError(f"{path} is no text; name a file of settings")
    if encoding:
        raise SettingsTextError(f"{path} is written in {encoding}; save it as UTF-8 in your editor")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SettingsTextError(_foreign(path, data, error)) from error
    return text.replace("\r\n", "\n").replace("\r", "\n")


def settings_table(path: Path, read: Callable[[str], Dict[str, Any]]) -> Dict[str, Any]:
    """What this reader of TOML finds in it; SettingsTextError names the file, the line and what only looks right."""
    try:
        text = settings_text(path)
    except OSError as error:
        raise SettingsTextError(f"{path} cannot be read: {error.strerror}") from error
    try:
        return read(text)
    except ValueError as error:
        line = re.search(r"at line (\d+)", str(error))
        looks = hint(text, int(line[1])) if line else ""
        raise SettingsTextError(f"{path} is not TOML: {error}{looks}") from error
    except RecursionError as error:
        raise SettingsTextError(f"{path} nests lists or tables hundreds deep, which no setting does") from error


def hint(text: str, line: int) -> str:
    """What an editor or a web page put into this line, from 1 on, that looks like what was meant; or nothing."""
    lines = text.split("\n")
    found = next((each for each in lines[line - 1] if each in TYPOGRAPHY), "") if 1 <= line <= len(lines) else ""
    if not found:
        return ""
    shown = f"{found} " if found.isprintable() and not found.isspace() else ""
    return f"; line {line} holds {shown}(U+{ord(found):04X}), which only looks like a plain quote, dash or space"


def _unmarked(data: bytes) -> Optional[str]:
    """UTF-16 without a mark has a zero in most pairs of bytes; no text has one."""
    if b"\0" not in data:
        return None
    return "UTF-16" if len(data) % 2 == 0 and data.count(b"\0") * 4 >= len(data) else BINARY


def _foreign(path: Path, data: bytes, error: UnicodeDecodeError) -> str:
    line = data.count(b"\n", 0, error.start) + 1
    byte = data[error.start]
    return (
        f"{path} is not UTF-8 but Latin-1 or Windows-1252, perhaps: line {line} holds the byte {byte:#04x}, there "
        f"{bytes([byte]).decode('cp1252', 'replace')!r}; save it as UTF-8 in your editor"
    )
