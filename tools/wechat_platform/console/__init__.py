"""The stand-in's own pages: choose a user, open the campaign, write to the account, switch faults on."""
