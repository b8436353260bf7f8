"""Who is told of alerts, and how: a file a way."""
