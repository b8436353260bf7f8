"""What each part of a recipe brings: the same training again and again, one thing changed at a time."""

from fer_models.ablation.plan import Plan, Row, read_plan
from fer_models.ablation.runner import Course, Place, Workshop

__all__ = ["Course", "Place", "Plan", "Row", "Workshop", "read_plan"]
