"""How the tables came to be, step by step. `.head` names the newest step."""
