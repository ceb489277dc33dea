"""What the HTTP face says, apart from the server that says it."""
