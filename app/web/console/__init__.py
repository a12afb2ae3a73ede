"""The console: what people of an institution do with awards, in pages drawn at the server."""
