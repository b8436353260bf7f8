"""The `fer` package (Haar detector) on the same clip; runs in an environment of its own, `.venv-bench`."""

import json
import resource
import sys
import time
from importlib.metadata import version

import cv2
from fer.fer import FER

RUNS = 3


def main(clip: str) -> None:
    """Every frame of the clip, decoded and classified, as that package's users do."""
    detector = FER(mtcnn=False)
    rates, faces = [], 0
    for _ in range(RUNS):
        video, frames, faces = cv2.VideoCapture(clip), 0, 0
        began_s = time.monotonic()
        while True:
            read, frame = video.read()
            if not read:
                break
            frames, faces = frames + 1, faces + len(detector.detect_emotions(frame))
        rates.append(frames / (time.monotonic() - began_s))
        video.release()
    print(
        json.dumps(
            {
                "package": f"fer {version('fer')}",
                "fps": {"median": sorted(rates)[RUNS // 2], "min": min(rates), "max": max(rates)},
                "faces": faces,
                "peak_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
                "runs": RUNS,
            }
        )
    )


if __name__ == "__main__":
    main(sys.argv[1])
