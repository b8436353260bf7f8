"""The machine that the agent runs on: its hardware, its systemd, and the folder where the agent keeps its state."""
