"""How long the views of a controller take over HTTP, and how many bytes they are."""

import time
from statistics import median
from typing import Any

import requests

VIEWS = (
    "/v1/totals", "/v1/devices?limit=500", "/v1/fleet/telemetry?limit=500", "/v1/cameras?limit=500", "/v1/rollouts",
    "/v1/events?limit=50", "/v1/rollups/emotions?per=minute&since=1h&summed=true", "/v1/audit?limit=50",
)  # fmt: skip
TIMES = 11
PATIENCE_S = 60.0


def measure(url: str, token: str) -> dict[str, Any]:
    """Of each view the median, least and most milliseconds of several looks, and the bytes of the last."""
    with requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {token}"
        return {path: _looked_at(session, url + path) for path in VIEWS}


def _looked_at(session: requests.Session, url: str) -> dict[str, float]:
    took_ms, size_bytes = [], 0
    for _ in range(TIMES):
        begun_s = time.perf_counter()
        answer = session.get(url, timeout=PATIENCE_S)
        took_ms.append((time.perf_counter() - begun_s) * 1000)
        answer.raise_for_status()
        size_bytes = len(answer.content)
    return {
        "median_ms": round(median(took_ms), 1), "min_ms": round(min(took_ms), 1), "max_ms": round(max(took_ms), 1),
        "bytes": size_bytes,
    }  # fmt: skip
