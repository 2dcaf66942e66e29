"""The emulator: its core, and the service it plays."""
