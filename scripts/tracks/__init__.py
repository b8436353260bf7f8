"""What the agent makes of faces in motion whose emotion is known: recorded frame by frame, then judged."""
