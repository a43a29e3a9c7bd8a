"""The outcome (公示结果): closing a notice, and the report on it."""
