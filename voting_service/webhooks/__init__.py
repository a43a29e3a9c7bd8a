"""Webhooks: other systems learn of what happened, signed, and again until they answer."""
