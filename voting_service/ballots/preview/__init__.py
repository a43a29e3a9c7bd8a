"""A draft as voters will see it, for officials, in a frame as wide as a phone."""
