"""What is known of how ballots and visitors came: kept apart from the ledger, sealed, and deleted when its time is over."""
