"""What another site puts into its page: a plain frame, or one line of script that makes and sizes the frame itself."""

from __future__ import annotations

from urllib.parse import urlencode

from markupsafe import Markup

from ...text import Text

SCRIPT_PATH = "/embed.js"
CAMPAIGN_SIZE = (600, 780)
"""Width and height, in CSS pixels, at which a campaign's embed shows all it has, also in a column of 240 pixels."""
CANDIDATE_SIZE = (600, 480)


def embed_path(slug: str, number: int | None = None) -> str:
    """Where the embed of a campaign, or of one candidate of it, is."""
    return f"/c/{slug}/embed" if number is None else f"/c/{slug}/candidates/{number}/embed"


def default_size(number: int | None = None) -> tuple[int, int]:
    """Width and height of a frame for which none were asked."""
    return CAMPAIGN_SIZE if number is None else CANDIDATE_SIZE


def frame_code(
    base_url: str,
    slug: str,
    number: int | None = None,
    *,
    width: int | None = None,
    height: int | None = None,
    title: str | Text = "",
    key: str = "",
    theme: str = "",
) -> Markup:
    """A plain frame, for sites that allow no script of others. Width and height in CSS pixels, by default those at
    which the embed shows all it has; ``key`` is a media partner's; ``theme``: light or dark, whatever the reader's system."""
    usual_width, usual_height = default_size(number)
    query = urlencode({name: value for name, value in (("key", key), ("theme", theme)) if value})
    return Markup(
        '<iframe src="{src}" width="{width}" height="{height}" title="{title}" loading="lazy"'
        ' referrerpolicy="strict-origin-when-cross-origin"></iframe>'
    ).format(
        src=base_url + embed_path(slug, number) + (f"?{query}" if query else ""),
        width=width or usual_width,
        height=height or usual_height,
        title=str(title),
    )


def script_code(
    base_url: str,
    slug: str,
    number: int | None = None,
    *,
    key: str = "",
    theme: str = "",
    title: str | Text = "",
) -> Markup:
    """One line of script that makes a frame as wide as the column it stands in, and keeps it as high as its content."""
    data = {"campaign": slug, "candidate": number, "key": key, "theme": theme, "title": str(title)}
    attributes = Markup("").join(
        Markup(' data-{name}="{value}"').format(name=name, value=value)
        for name, value in data.items()
        if value
    )
    return Markup('<script src="{src}"{attributes} async></script>').format(
        src=base_url + SCRIPT_PATH, attributes=attributes
    )
