"""Files that citizens hand in: told apart by their content, made harmless, sealed, and shown to handlers alone."""
