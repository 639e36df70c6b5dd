"""The shipped edition: rights, rest stops, places and wording, with what reads and checks them."""
