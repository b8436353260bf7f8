"""One file for each page of docs/ that is made from the code."""
