"""docs/results.md: the paper's tables beside ours, as `fer-models report` writes them."""

from pathlib import Path

from fer_models import report

FOLDER = "results"


def page(root: Path) -> str:
    """The whole page; its pictures are drawn by `fer-models report` alone."""
    return report.page(report.read_records(root / "docs" / FOLDER), FOLDER)
