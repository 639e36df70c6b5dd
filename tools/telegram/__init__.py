"""Telegram on this machine: a Bot API with faults on demand, a strict reader, and phones."""
