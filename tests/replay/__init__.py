"""Cassettes: recorded, scrubbed and played back."""
