"""PDF files as citizens hand them in: small, and whole enough to be taken."""

from __future__ import annotations


def pdf(middle: bytes = b"", catalog: bytes = b"") -> bytes:
    """One page that shows nothing. ``middle``: between its objects; ``catalog``: in the first of them."""
    body = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
    starts = []
    for number, held in enumerate(
        (
            b"<</Type/Catalog/Pages 2 0 R" + catalog + b">>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>",
        ),
        start=1,
    ):
        starts.append(len(body))
        body += b"%d 0 obj" % number + held + b"endobj\n"
    body += middle + b"\n"
    table = b"xref\n0 4\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % start for start in starts)
    return body + table + b"trailer<</Root 1 0 R/Size 4>>\nstartxref\n%d\n%%%%EOF\n" % len(body)
