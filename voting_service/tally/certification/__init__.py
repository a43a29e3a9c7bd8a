"""Certifying (认定): the committee makes a tally official, by quorum, and the log says so."""
