"""Orders for one device."""

from datetime import datetime, timezone
from typing import Any

from fer_wire import Desired

FIRST, SECOND = "a" * 64, "b" * 64


def an_order(**changes: Any) -> Desired:
    values = {
        "device": "nano-01",
        "rollout": "r1",
        "sequence": 1,
        "time": datetime(2026, 11, 24, tzinfo=timezone.utc),
        "model": "tiny@2.0.0/int8",
        "sha256": FIRST,
        "size_bytes": 100,
        "alternatives": [{"model": "tiny@2.0.0/fp32", "sha256": SECOND, "size_bytes": 300}],
    }
    return Desired.model_validate({**values, **changes})
