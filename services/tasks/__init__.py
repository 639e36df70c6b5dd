"""What each intent and each button leads to, by noun. `desk` puts these tables together."""
