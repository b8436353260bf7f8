"""Write what is made from the code: pages of docs/, and the client; with --check, say whether it is current."""

import difflib
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STABLE_ENVIRONMENT = {"HOME": "/home/fer", "TERM": "dumb", "NO_COLOR": "1"}
NOTE = "<!-- Written by `make docs` from {source}. Edit that instead. -->\n\n"


def pages() -> dict[Path, str]:
    """Every generated file and its text, the same on every machine."""
    os.environ.update(STABLE_ENVIRONMENT)
    for name in [name for name in os.environ if name.startswith(("FER_", "XDG_", "STATE_DIRECTORY"))]:
        del os.environ[name]
    from pages import api, benchmarks, client, command_line, configuration, metrics, protocol, results, sizing

    made = {
        "benchmarks.md": ("docs/benchmarks.json", benchmarks.page(ROOT)),
        "sizing.md": ("docs/benchmarks.json and scripts/sizing.py", sizing.page(ROOT)),
        "protocol.md": ("wire/src/fer_wire", protocol.page(ROOT)),
        "api.md": ("controller/src/fer_controller/operations", api.page()),
        "cli.md": ("the commands", command_line.page()),
        "metrics.md": ("controller/src/fer_controller/http/prometheus.py", metrics.page()),
        "configuration.md": ("the settings of both programs", configuration.page()),
    }
    noted = {ROOT / "docs" / name: NOTE.format(source=source) + text for name, (source, text) in made.items()}
    calls = {ROOT / path: text for path, text in client.files().items()}
    return {**noted, **calls, ROOT / "docs" / "results.md": results.page(ROOT)}


def check() -> int:
    """Print how the pages differ from what the code says; 1 when any does."""
    stale = [(path, text) for path, text in pages().items() if _read(path) != text]
    for path, text in stale:
        before, after = _read(path).splitlines(), text.splitlines()
        name = str(path.relative_to(ROOT))
        print("\n".join(difflib.unified_diff(before, after, name, "what the code says", lineterm="")))
    if stale:
        names = ", ".join(str(path.relative_to(ROOT)) for path, _ in stale)
        print(f"The code says something else than {names}; run `make docs`.")
    return 1 if stale else 0


def write() -> int:
    """Write the pages that differ."""
    for path, text in pages().items():
        if _read(path) != text:
            path.write_text(text, encoding="utf-8")
            print(f"wrote {path.relative_to(ROOT)}")
    return 0


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""


if __name__ == "__main__":
    sys.exit(check() if "--check" in sys.argv[1:] else write())
