"""公示: notices, objections, rulings and substitutions. The topmost package; it comes in an issue of its own."""
