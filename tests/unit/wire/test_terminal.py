import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Dict

import pytest
from fer_wire.terminal import json_text, speak_utf8, spell_out


def printed(monkeypatch: pytest.MonkeyPatch, encoding: str, text: str) -> bytes:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding, "strict", write_through=True))
    spell_out()
    sys.stdout.write(text)
    return raw.getvalue()


@pytest.mark.parametrize(
    ("encoding", "text", "shown"),
    [
        ("ascii", "nano-01 → committed … 90 × 3 – ‘ok’", b"nano-01 -> committed ... 90 x 3 - 'ok'"),
        ("ascii", "┏━┓│caf\u00e9\U0001f389", b"+-+|caf\\xe9\\U0001f389"),
        ("ascii", "⠋ Checking", b"* Checking"),
        ("ascii", "gr\udcc3\udcb6sse", b"gr\\xf6sse"),
        ("ascii", "caf\udce9", b"caf\\\\xe9".replace(b"\\\\", b"\\")),
        ("latin-1", "café → 2", b"caf\xe9 -> 2"),
        ("cp1252", "café – 2 ⠋", b"caf\xe9 \x96 2 *"),
        ("utf-8", "café → 🎉 \udce9", "café → 🎉 \\xe9".encode()),
        ("utf-16-le", "café →", "café →".encode("utf-16-le")),
    ],
)
def test_what_an_encoding_cannot_hold_is_spelt(
    monkeypatch: pytest.MonkeyPatch, encoding: str, text: str, shown: bytes
) -> None:
    assert printed(monkeypatch, encoding, text) == shown


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-16", "utf-8", "utf8", "koi8-r"])
def test_json_is_the_same_document_in_every_encoding(monkeypatch: pytest.MonkeyPatch, encoding: str) -> None:
    document: Dict[str, Any] = {"name": "café 🎉", "arrow": "→", "bytes": "caf\udce9"}
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), encoding))
    text = json_text(document)
    assert json.loads(text) == document
    assert text.isascii()


def test_json_on_utf_8_is_readable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), "utf-8"))
    assert json_text({"name": "café"}) == '{"name": "café"}'


def test_processes_of_ours_speak_utf_8_with_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, "ascii", write_through=True))
    speak_utf8()
    print("café")
    assert raw.getvalue() == "café\n".encode()


def test_streams_that_are_not_files_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    monkeypatch.setattr(sys, "stderr", None)
    spell_out()
    assert json_text({"name": "é"}) == '{"name": "é"}'


@pytest.mark.parametrize("closed", ["<&- >&-", "<&- >&- 2>&-", ">&-"])
def test_a_closed_standard_stream_lends_its_number_to_no_other_file(closed: str, tmp_path: Path) -> None:
    program = (
        "from fer_wire.terminal import spell_out\n"
        "spell_out()\n"
        "print('lost')\n"
        f"file = open({str(tmp_path / 'file')!r}, 'w')\n"
        "file.write(str(file.fileno()))\n"
    )
    shell = ["sh", "-c", f'"$1" -c "$2" {closed}', "sh", sys.executable, program]
    assert subprocess.call(shell) == 0
    assert int((tmp_path / "file").read_text()) > 2
