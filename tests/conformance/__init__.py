"""Tests of the conformance suite: on the emulator, on servers with faults, on servers that do not answer."""
