"""The picture that stands beside a link in a chat: drawn for each campaign and each candidate."""
