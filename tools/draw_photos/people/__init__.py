"""The figures, faceless on purpose: head, hat, clothes, arms and tools, put together in `drawing`."""
