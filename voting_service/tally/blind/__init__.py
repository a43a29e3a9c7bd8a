"""盲评: whoever judges how ballots were cast does not see whom they chose, until they have judged or asked to see it."""
