"""What an operator looks at and orders: on the database, or over HTTP."""
