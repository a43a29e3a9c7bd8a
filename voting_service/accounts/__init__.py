"""Officials: who they are, what they may do, how they sign in. Everything under ``/desk`` asks here who is asking."""
