"""Hooks of MkDocs: navigation from docs/index.md, links that leave docs/, and the API's OpenAPI document.

Pages link to files of the repository, as people read them there. In the site a link to a page leads to that page, and
any other file is named, not linked.
"""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parent.parent
DOCS = "docs"
BESIDE = {
    "README.md": "readme.md", "ansible/README.md": "ansible.md", "client/README.md": "client.md",
    "CHANGELOG.md": "changelog.md", "CONTRIBUTING.md": "contributing.md",
}  # fmt: skip
"""Pages that lie outside docs/, and where the site has them."""
SECTION = re.compile(r"^\*\*(.+)\*\*$")
ENTRY = re.compile(r"^- \[(.+?)\]\((.+?)\)")
LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^)#\s]+)(#[^)\s]*)?\)")
OPENAPI = """
import json
from fastapi import FastAPI
from fer_controller import __version__
from fer_controller.http.api import add_operations
app = FastAPI(title="Light-FER Fleet", version=__version__)
add_operations(app)
print(json.dumps(app.openapi(), indent=1))
"""


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """The navigation is what docs/index.md lists, in its order."""
    sections: list[dict[str, Any]] = [{"Documentation": "index.md"}]
    for line in (ROOT / DOCS / "index.md").read_text("utf-8").splitlines():
        if found := SECTION.match(line):
            sections.append({found[1]: []})
        elif found := ENTRY.match(line):
            (entries,) = sections[-1].values()
            entries.append({found[1]: _place(f"{DOCS}/index.md", found[2])})
    config.nav = sections
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Pages from outside docs/ are pages of the site, too."""
    for source, place in BESIDE.items():
        files.append(File.generated(config, place, content=(ROOT / source).read_text("utf-8")))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG001 - MkDocs' call
    """Links lead to the site's pages."""
    home = page.file.src_uri
    source = next((path for path, place in BESIDE.items() if place == home), f"{DOCS}/{home}")

    def led(link: re.Match[str]) -> str:
        image, text, target, anchor = link[1], link[2], link[3], link[4] or ""
        if "://" in target or target.startswith("mailto:"):
            return link[0]
        place = _place(source, target)
        if not place:
            return text if "`" in text else f"{text} (`{_from_root(source, target)}`)"
        return f"{image}[{text}]({os.path.relpath(place, os.path.dirname(home) or '.')}{anchor})"  # noqa: PTH120 - no file

    return LINK.sub(led, markdown)


def on_post_build(config: MkDocsConfig) -> None:
    """The API's description lies beside its page, as a controller serves it."""
    python = ROOT / ".venv" / "bin" / "python"
    said = subprocess.run([python, "-c", OPENAPI], capture_output=True, text=True, check=False)
    if said.returncode:
        sys.exit(said.stderr)
    (Path(config.site_dir) / "openapi.json").write_text(said.stdout, "utf-8")


def _from_root(source: str, target: str) -> str:
    return os.path.normpath(os.path.join(os.path.dirname(source), target))  # noqa: PTH118, PTH120 - links, not files


def _place(source: str, target: str) -> str:
    """Where the site has what a page links to; empty where it has it not."""
    path = _from_root(source, target)
    if path in BESIDE:
        return BESIDE[path]
    is_page = path.startswith(f"{DOCS}/") and (ROOT / path).is_file() and not path.endswith((".json", ".jsonl"))
    return path.removeprefix(f"{DOCS}/") if is_page else ""
