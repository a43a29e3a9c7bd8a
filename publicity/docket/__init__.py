"""The docket (案卷): objections as they are kept, and the append-only record of handling each."""
