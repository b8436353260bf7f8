"""What devices measure of themselves."""
