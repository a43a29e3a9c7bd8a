"""Official documents as PDF, Word and picture: one text, several renderings. Knows nothing of notices or objections."""
