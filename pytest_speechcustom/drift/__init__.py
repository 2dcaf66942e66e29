"""What changed: between two contracts (`between`), and between a contract and traffic (`observed`)."""
