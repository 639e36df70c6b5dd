"""Who may use the console: accounts, roles, signing in, and the person behind a request."""
