"""A model as an .onnx file: written and read back, run, counted, and described in a manifest."""
