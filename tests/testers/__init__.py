"""Testers: they use Yizhan as people do, and print the whole story when something is missing."""
