"""Recordings of real clients, and the scripts that make them."""
