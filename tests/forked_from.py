"""What a process has imported before others are forked from it: this module is imported there alone."""

import gc
from importlib import import_module

from fer_controller.http import api

PROGRAMS = (
    "fer_agent.cli",
    "fer_agent.agent",
    "fer_controller.cli",
    "fer_controller.controller",
    "fer_controller.http.__main__",
)

for module in (*PROGRAMS, "cv2", "onnxruntime"):
    import_module(module)
api.make_router()
gc.freeze()
