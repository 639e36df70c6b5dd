"""Telegram: what arrives from its Bot API, and what is sent there."""
