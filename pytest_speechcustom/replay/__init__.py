"""Cassettes: recorded, scrubbed, read, and played back.

What is recorded are exchanges as the taps see them on the wire. They are scrubbed (`scrub`), written in vcrpy's format
with where they come from (`files`), and the file is scanned before it takes its place (`scan`). Played back, a request
is brought into a normal form (`normal`), looked up in an index (`tape`) and answered below the HTTP library by
vcrpy's patches (`patching`, the one module here that imports vcrpy for that).
"""
