"""Casting: ballot form, voter tag, the box and its Lua script, receipts, the pages voters see."""
