"""The Rasa project: what the bot understands."""
