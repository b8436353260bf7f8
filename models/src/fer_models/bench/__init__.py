"""The paper's Tables 3 and 4 on any machine: speed, processor, memory and power of each model in each runtime."""
