"""What a process has imported and read before others are forked from it: this module is imported there alone."""

import gc
from importlib import import_module

import dlib_once
from fer_agent.faces.detect import Detector, Landmarker, landmarks_file
from fer_agent.settings import FacesSettings
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
dlib_once.share()
Detector()
Landmarker(landmarks_file(FacesSettings()))
api.make_router()
gc.freeze()
