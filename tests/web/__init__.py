"""Tests of the worker's chat page in a real browser."""
