"""`yizhan doctor`: looks at each part of a running copy and says what to do for it."""
