import codecs
from pathlib import Path
from typing import Any, Dict

import pytest
from fer_wire.errors import SettingsTextError
from fer_wire.settings_text import hint, settings_table, settings_text

TEXT = '# größe\n[broker]\nurl = "mqtt://127.0.0.1"\n'


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(),
        codecs.BOM_UTF8 + TEXT.encode(),
        TEXT.replace("\n", "\r\n").encode(),
        TEXT.replace("\n", "\r").encode(),
        codecs.BOM_UTF8 + TEXT.replace("\n", "\r\n").encode(),
    ],
)
def test_marks_and_ends_of_lines_are_passed_over(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "fer.toml").write_bytes(data)
    assert settings_text(tmp_path / "fer.toml") == TEXT


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (TEXT.encode("utf-16"), "is written in UTF-16; save it as UTF-8"),
        (codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), "is written in UTF-16; save it as UTF-8"),
        (TEXT.encode("utf-16-le"), "is written in UTF-16; save it as UTF-8"),
        (TEXT.encode("utf-32"), "is written in UTF-32; save it as UTF-8"),
        (b"[a]\nb = 1\nc = '" + "größe".encode("latin-1"), r"Latin-1 or Windows-1252, perhaps: line 3 holds .* 0xf6"),
        ("x = “y”".encode("cp1252"), r"line 1 holds the byte 0x93, there '“'"),
        (b"\x7fELF\x02\x01\x00" + bytes(range(256)), "is no text; name a file of settings"),
    ],
)
def test_another_encoding_is_told_by_its_name(tmp_path: Path, data: bytes, told: str) -> None:
    (tmp_path / "fer.toml").write_bytes(data)
    with pytest.raises(SettingsTextError, match=told):
        settings_text(tmp_path / "fer.toml")


def test_what_a_web_page_put_in_is_found() -> None:
    looks = "which only looks like a plain quote, dash or space"
    assert hint("a = 1\nb = “x”\n", 2) == f"; line 2 holds “ (U+201C), {looks}"
    assert hint("a =\u00a01", 1) == f"; line 1 holds (U+00A0), {looks}"
    assert hint("a = 1", 1) == hint("a = “", 9) == ""


def test_what_is_nested_deeper_than_a_reader_follows_is_told(tmp_path: Path) -> None:
    def read(_text: str) -> "Dict[str, Any]":
        raise RecursionError("maximum recursion depth exceeded")

    (tmp_path / "fer.toml").write_text("x = " + "[" * 2000)
    with pytest.raises(SettingsTextError, match=r"fer\.toml nests lists or tables hundreds deep"):
        settings_table(tmp_path / "fer.toml", read)
