"""Small test servers, and the real clients that walk through them."""
