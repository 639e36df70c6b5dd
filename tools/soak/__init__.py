"""Scripted workers hand in cases while programs are killed; all is compared with the database."""
