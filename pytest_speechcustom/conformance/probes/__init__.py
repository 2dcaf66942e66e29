"""The probes of each service: what is asked of it, and in which order. The checker says what is right."""
