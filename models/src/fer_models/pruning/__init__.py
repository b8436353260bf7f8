"""Making a network smaller: single weights while it trains, or whole channels."""
