"""The rules of the house, by noun. They take a session, never commit and never speak HTTP."""
