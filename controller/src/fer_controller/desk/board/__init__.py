"""The fleet at a glance: each device in a line, what needs attention, and which lines are shown."""
