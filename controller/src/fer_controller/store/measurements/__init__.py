"""What devices measured in windows of time, for the gates of rollouts."""
