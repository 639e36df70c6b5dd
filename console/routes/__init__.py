"""The console's routes, by noun."""
