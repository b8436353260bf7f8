"""What is measured of devices: each metric is declared once, and everything that stores, judges or shows it follows."""
