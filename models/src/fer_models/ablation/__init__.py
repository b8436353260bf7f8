"""What each part of a recipe brings: the same training again and again, one thing changed at a time."""

from fer_models.ablation.course import Course, Place, Workshop
from fer_models.ablation.plan import Plan, Row, read_plan

__all__ = ["Course", "Place", "Plan", "Row", "Workshop", "read_plan"]
