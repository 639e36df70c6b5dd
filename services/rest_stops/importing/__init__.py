"""Bringing a district's table of stops into the database: read, checked, planned, written."""
