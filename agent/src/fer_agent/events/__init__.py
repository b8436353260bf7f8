"""When the emotion of a face becomes an event, and what an event holds before it has a number."""
