"""What a process has imported before others are forked from it: this module is imported there alone."""

import gc
from importlib import import_module

from fastapi import FastAPI
from fer_controller.http import api

PROGRAMS = (
    "fer_agent.cli",
    "fer_agent.agent",
    "fer_controller.cli",
    "fer_controller.controller",
    "fer_controller.http.__main__",
)
BEGUN_BY = ("forked", "forked_http")
"""They import pytest, which every process would do by itself to find the function that it runs."""

for module in (*PROGRAMS, *BEGUN_BY, "apprise", "cv2", "onnxruntime"):
    import_module(module)
api.add_operations(FastAPI())
gc.freeze()
