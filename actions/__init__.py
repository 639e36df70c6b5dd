"""The action server: from Rasa's understanding to the desk."""
