"""Tables, queries and migrations: everything that is stored."""
