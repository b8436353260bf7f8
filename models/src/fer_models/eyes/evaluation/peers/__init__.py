"""Other finders, measured beside ours in the same run."""
