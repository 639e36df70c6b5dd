"""Our own parts of Rasa's pipeline and server. They import `kit.text` and `kit.encoder` only."""
