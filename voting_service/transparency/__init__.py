"""The transparency log: everything that bears on a tally, in a Merkle tree whose root the service signs.

`merkle`, `tiles`, `notes`, `checkpoint` and `entries` are pure; a stranger could port them to another
language from the specifications that they name.
"""
