"""The public board: what reviewers release of cases, as the public and machines read it."""
