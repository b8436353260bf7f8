"""How well finders and landmarkers do on held-out pictures: by size, yaw, roll, light and occlusion."""
