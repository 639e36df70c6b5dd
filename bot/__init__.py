"""The channels: from what arrives to a turn, and from replies to what is shown."""
