"""Tests of `Contract.strategies`."""
