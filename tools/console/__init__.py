"""Tools for the console: how fast its pages are."""
