"""Model files: found, checked, and run by ONNX Runtime; what their numbers mean is for others to say."""
