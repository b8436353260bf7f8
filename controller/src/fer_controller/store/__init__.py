"""What the controller keeps, a folder a subject: the shape of its tables, its SQL, its records, and a class to use."""
