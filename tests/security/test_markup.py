"""Nothing that a person writes can become markup, and the server is for this machine alone."""

from __future__ import annotations

import ast
import tomllib

from tests.browser.conftest import ROOT
from tests.security.payloads import PAYLOADS
from tracker.ui import html


def test_the_maker_of_html_escapes_every_value() -> None:
    for payload in PAYLOADS:
        made = html.table("Caption " + payload, ["Heading " + payload, "x"], [(payload, payload)], empty="")
        made += html.facts([(payload, payload)]) + html.details(payload) + html.link(payload, payload)
        assert payload not in made or not set(payload) & set("<>&\"'")
    assert "href" not in html.outward("javascript:alert(1)", "words")
    assert "href" not in html.outward("http://insecure.example", "words")


def test_nothing_but_the_maker_of_html_puts_markup_on_a_page() -> None:
    for file in [ROOT / "streamlit_app.py", *(ROOT / "tracker").rglob("*.py")]:
        tree = ast.parse(file.read_text())
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "st":
                assert node.attr not in {"markdown", "write", "iframe"}, f"{file}:{node.lineno}"
                if node.attr in {"html", "components"}:
                    assert file.name == "html.py", f"{file}:{node.lineno}"
            if isinstance(node, ast.keyword):
                assert node.arg not in {"unsafe_allow_html", "unsafe_allow_javascript"}, f"{file}:{node.lineno}"


def test_a_script_puts_in_words_as_text_and_asks_nothing_of_anybody() -> None:
    scripts = sorted((ROOT / "tracker").rglob("*.js"))
    assert [script.name for script in scripts] == ["as_at.js", "message.js"]
    words = "".join(script.read_text() for script in scripts)
    for hazard in ("innerHTML", "outerHTML", "insertAdjacent", "document.write", "eval", "Function(", "fetch", "http"):
        assert hazard not in words, hazard


_LABELLED = {
    "button",
    "checkbox",
    "download_button",
    "form_submit_button",
    "radio",
    "selectbox",
    "text_input",
    "toggle",
}
_LABELLED |= {"date_input", "file_uploader", "multiselect", "popover", "progress", "spinner", "status", "text_area"}
_OUR_WORDS = ("counted(", "label", "field", "milestone_id", "_title(", "_TITLES[")
"""What a label may be put together from: our own words, numbers, and ids, which hold no markup."""


def test_no_label_holds_what_a_person_wrote_for_labels_are_markdown() -> None:
    holes = [
        (ast.unparse(hole.value), f"{file.name}:{node.lineno}")
        for file in (ROOT / "tracker" / "ui").rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _LABELLED
        for said in [*node.args[:1], *(keyword.value for keyword in node.keywords if keyword.arg in {"label", "help"})]
        for hole in ast.walk(said)
        if isinstance(hole, ast.FormattedValue)
    ]
    assert holes
    assert [found for found in holes if not found[0].startswith(_OUR_WORDS)] == []


def test_every_template_is_a_literal() -> None:
    report = ROOT / "tracker" / "exchange" / "pack" / "report_html.py"
    for file in [*(ROOT / "tracker" / "ui").rglob("*.py"), report]:
        for node in ast.walk(ast.parse(file.read_text())):
            if not isinstance(node, ast.Call):
                continue
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called in {"put", "_put"} or (
                called == "Markup" and node.args and file.name not in {"html.py", report.name}
            ):
                assert isinstance(node.args[0], ast.Constant), f"{file}:{node.lineno}"


def test_the_server_is_for_this_machine_alone_and_says_nothing_it_should_not() -> None:
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())
    assert config["server"]["address"] == "127.0.0.1"
    assert config["server"]["allowedHosts"] == ["localhost", "127.0.0.1", "::1"]
    assert config["client"]["allowedOrigins"] == []
    assert config["server"]["enableXsrfProtection"]
    assert config["server"]["enableCORS"]
    assert config["server"]["maxUploadSize"] <= 5
    assert "trustedUserHeaders" not in config["server"]
    assert "enableAgentApi" not in config["server"]
    assert config["client"]["showErrorDetails"] == "none"
    assert not config["browser"]["gatherUsageStats"]
    assert (ROOT / ".gitignore").read_text().count("secrets.toml") == 1
