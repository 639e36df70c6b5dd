"""Tasks that take several turns, each a table of steps."""
