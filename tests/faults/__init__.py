"""Single faults of a server, and legal variants of one, put between the emulator and the wire."""
