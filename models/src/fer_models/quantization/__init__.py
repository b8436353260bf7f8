"""Quantization: the paper's equations, calibration, QDQ files and fine-tuning."""
