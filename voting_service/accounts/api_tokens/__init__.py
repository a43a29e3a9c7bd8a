"""API tokens: what programs show instead of a passphrase; each with scopes, a campaign or all, and an end."""
