"""The emulator: a reference server of each service on a virtual clock, whose every exchange is judged.

`SpeechService` runs one. The core (`core`) takes a request and gives an answer as values; `app` makes a WSGI
application of it and `serving` puts that on a socket. What a service does stands in the module of its backend.
"""
