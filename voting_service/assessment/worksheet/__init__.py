"""The worksheet (测算表): scores, votes and figures made into a ranking that anyone can compute again."""
