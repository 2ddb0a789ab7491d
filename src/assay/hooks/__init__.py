"""Messages as they are said: what chat programs send to us, each request proved by its signature."""
