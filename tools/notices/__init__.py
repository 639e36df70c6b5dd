"""Notices under load and under kills: the bot's real process before a Bot API on this machine."""
