"""Which devices: what is known of each, and the selectors that find them."""
