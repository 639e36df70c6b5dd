"""Talks of workers with staff: the queue, what is said, the waits, and how it ends."""
