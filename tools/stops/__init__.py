"""Bringing tables of stops in and out."""
