"""The citizen's side: lodging an objection, coming back with docket number and passcode."""
