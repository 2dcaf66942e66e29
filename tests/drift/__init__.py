"""What changed: between contracts, and between a contract and traffic."""
