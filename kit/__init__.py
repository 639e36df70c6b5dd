"""What every layer may lean on: settings, clock, errors, logging, ids, text. No domain word."""
