"""The emulator, service by service."""
