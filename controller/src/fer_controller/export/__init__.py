"""Events written to files: CSV and Parquet."""
