"""Reports as a page of HTML, from their Markdown: the one module that imports markdown-it-py."""

from __future__ import annotations

from html import escape

_STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:75rem;padding:0 1rem;color:#1b1b1b}"
    "table{border-collapse:collapse;margin:1rem 0;display:block;overflow-x:auto}"
    "th,td{border:1px solid #ccc;padding:.3rem .6rem;text-align:left;vertical-align:top}"
    "th{background:#f3f3f3}pre{background:#f6f6f6;padding:.6rem;overflow-x:auto}"
)


def page(title: str, markdown: str) -> str:
    """A page that needs nothing else: no script, nothing fetched. HTML within the Markdown is shown, not used."""
    from markdown_it import MarkdownIt

    body = MarkdownIt("js-default").disable(["link", "image", "autolink"]).render(markdown)
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n{body}</body>\n</html>\n"
    )
