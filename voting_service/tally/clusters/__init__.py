"""异常票群 on the desk: what the latest scan found, candidates hidden first."""
