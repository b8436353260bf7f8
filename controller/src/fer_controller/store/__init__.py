"""What the controller stores; each subject has a folder with its tables, SQL, records and store class."""
