"""The notice board: notices and what became of them, as everyone sees them."""
