"""The engine: it interprets the tables of a contract and knows no service."""
