"""The rows of any table, whatever it holds, on either engine."""
