"""The web chat: its page and the turn API."""
