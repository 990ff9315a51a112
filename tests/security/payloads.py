"""Texts that would do harm, or change what is shown, if any page or file took them for more than text."""

PAYLOADS = (
    "<script>window.ran = 1</script>",
    "<img src=x onerror='window.ran = 1'>",
    "</td></table><h1>Taken over</h1>",
    "**bold** :red[red] $x^2$ :material/home:",
    "[link](data:text/html;base64,PHNjcmlwdD4=)",
    '=HYPERLINK("https://example.org","click")',
    "\u202eevil \u2066text",
    "{0.__class__} {named} %s",
)

NAMES = tuple(payload for payload in PAYLOADS if "\u202e" not in payload)
"""Those of them that a person's name may hold: it has no character that nobody can see."""
