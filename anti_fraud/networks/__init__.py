"""Where an address belongs: kind of network, ASN, province and city from an offline table. Sends nothing anywhere.

``table`` answers at the door and in the scan; ``prefixes`` names an address block; the rest builds the table from
files that an operator brings (``build``). Without a table every fact is empty and what asks for it stays silent.
"""
