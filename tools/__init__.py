"""Gates and chores, each runnable by an editor as `python -m tools.<name>`."""
