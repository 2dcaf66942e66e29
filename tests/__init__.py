"""The tests: one behaviour each, and the helpers that they share."""
