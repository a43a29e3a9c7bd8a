"""The places, by trade: one function each, which leaves the middle to the figure."""
