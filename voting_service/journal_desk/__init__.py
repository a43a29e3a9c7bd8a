"""The journal on the desk: read, filtered, taken along. Nothing here writes but that somebody has taken it along."""
