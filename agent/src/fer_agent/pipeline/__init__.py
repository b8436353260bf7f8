"""From a camera's frames to events: one thread per camera, and how fast it is."""
