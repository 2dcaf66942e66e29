"""Histories that check the checkers: for each service one story without fault, for each rule one break of it."""
