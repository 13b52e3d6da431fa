"""The icons, drawn on a grid of 16 with a stroke of 1.5; each entry is the `d` of one path."""

from __future__ import annotations

from functools import cache

from markupsafe import Markup

ICONS: dict[str, str] = {
    "mark": "M8 1.2 14.8 8 8 14.8 1.2 8z M5.2 8h2l1-2.4 1.4 4 .8-1.6h.9",
    "projects": "M2.6 2.6h4.2v4.2H2.6zM9.2 2.6h4.2v4.2H9.2zM2.6 9.2h4.2v4.2H2.6zM9.2 9.2h4.2v4.2H9.2z",
    "home": "M2.5 7.2 8 2.6l5.5 4.6v6.2h-3.7V9.8H6.2v3.6H2.5z",
    "inbox": "M2.2 9.2 4 3.2h8l1.8 6v4.1H2.2zm0 0h3.3l.9 1.8h3.2l.9-1.8h3.3",
    "events": "M2.5 4h1M2.5 8h1M2.5 12h1M6 4h7.5M6 8h7.5M6 12h5",
    "monitors": "M1.8 8.3h2.8l1.7-4.6 3.2 8.6 1.8-4h2.9",
    "releases": "M8 10.6V2.6M4.9 5.5 8 2.4l3.1 3.1M2.6 10.3v3.1h10.8v-3.1",
    "settings": "M2.3 4.7h6.4M12 4.7h1.7M2.3 11.3H4M7.3 11.3h6.4M8.7 3h3.3v3.4H8.7zM4 9.6h3.3V13H4z",
    "search": "M11.4 7A4.4 4.4 0 1 1 2.6 7a4.4 4.4 0 0 1 8.8 0zm-1.3 3.1 3.7 3.7",
    "bell": "M3.2 11.4c1-1.1 1.3-2.2 1.3-4.5a3.5 3.5 0 0 1 7 0c0 2.3.3 3.4 1.3 4.5zM6.6 13.6c.7.7 2.1.7 2.8 0",
    "theme": "M13.6 9.3A5.9 5.9 0 0 1 6.7 2.4a5.9 5.9 0 1 0 6.9 6.9z",
    "person": "M10.6 5.2a2.6 2.6 0 1 1-5.2 0 2.6 2.6 0 0 1 5.2 0zM2.9 13.6c.5-2.7 2.5-4 5.1-4s4.6 1.3 5.1 4",
    "down": "M4.5 6.3 8 9.8l3.5-3.5",
    "left": "M9.8 4.5 6.3 8l3.5 3.5",
    "right": "M6.3 4.5 9.8 8l-3.5 3.5",
    "check": "M3 8.4 6.4 11.8 13 4.6",
    "copy": "M5.4 5.4V2.6h8v8h-2.8M2.6 5.4h8v8h-8z",
    "close": "M4 4l8 8M12 4l-8 8",
    "more": "M3.4 8h.02M8 8h.02M12.6 8h.02",
    "plus": "M8 3v10M3 8h10",
    "external": "M6 3H3v10h10v-3M9 2.6h4.4V7M13.2 2.8 7.6 8.4",
    "key": "M9.6 6.4a3.3 3.3 0 1 1-6.6 0 3.3 3.3 0 0 1 6.6 0zM8.7 8.7l4.9 4.9M11.3 11.3l1.6-1.6",
    "filter": "M2.4 4h11.2M4.6 8h6.8M6.6 12h2.8",
    "play": "M5 3.2 12.4 8 5 12.8z",
}


@cache
def icon(name: str, size: int = 16) -> Markup:
    """The drawing, `size` pixels wide. Not a component of the template: pages have hundreds of them."""
    return Markup(
        '<svg class="icon" width="{0}" height="{0}" viewBox="0 0 16 16" fill="none" stroke="currentColor" '
        'stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">'
        '<path d="{1}"/></svg>'
    ).format(size, ICONS[name])
