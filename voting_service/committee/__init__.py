"""The committee (评审委员会): who must be present and agree, secret ballots of its members, minutes that compute themselves."""
