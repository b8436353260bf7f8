"""docs/results.md: the paper's four tables beside ours, from the JSON that the commands write."""

from fer_models.report.page import page
from fer_models.report.pictures import draw_pictures
from fer_models.report.records import Records, read_records

__all__ = ["Records", "draw_pictures", "page", "read_records"]
