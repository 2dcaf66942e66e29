"""A server between a client and a service: it passes everything on as it is, and both sides are judged."""
