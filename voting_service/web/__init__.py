"""What all routes share: access declarations, error mapping, sessions, headers, limits."""
