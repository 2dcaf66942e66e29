"""Reports as text for people, JSON, SARIF and JUnit XML for programs, Markdown and HTML for pages: values in, text out.

Rendering is a function of the report alone: the same report gives the same bytes. Credentials are hidden
already when a finding is made (`engine.findings`); nothing here reads an exchange again.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Final, Literal, get_args

from pytest_speechcustom.contracts.model import Contract
from pytest_speechcustom.drift.changes import Diff
from pytest_speechcustom.engine.report import Report
from pytest_speechcustom.values import UsageError

Format = Literal["text", "json", "markdown", "sarif", "junit", "html"]

FORMATS: Final[tuple[Format, ...]] = get_args(Format)
"""The forms that a report can be had in."""
_BY_SUFFIX: Final[Mapping[str, Format]] = {".md": "markdown", ".sarif": "sarif", ".xml": "junit", ".html": "html"}


def form_of(name: str) -> Format:
    """The form that the name of a report file asks for: JSON, unless its suffix says otherwise."""
    return _BY_SUFFIX.get(os.path.splitext(name)[1].lower(), "json")


def render(report: Report, form: Format, *, dimensions: Mapping[str, str], colour: bool = False) -> str:
    """A report, ending with a newline.

    `dimensions` maps the local ids of rules to the groups that Markdown counts verdicts by (see
    `dimensions_of`). `colour` is for text on a terminal.
    """
    if form == "json":
        from pytest_speechcustom.reports import as_json

        return as_json.report(report)
    if form == "sarif":
        from pytest_speechcustom.reports import as_sarif

        return as_sarif.report(report)
    if form == "junit":
        from pytest_speechcustom.reports import as_junit

        return as_junit.report(report)
    if form == "html":
        text = render(report, "markdown", dimensions=dimensions)
        return page(f"{report.verdict.upper()}: {report.service}", text)
    if report.mode == "drift":
        from pytest_speechcustom.reports import as_drift

        return as_drift.markdown(report) if form == "markdown" else as_drift.text(report, colour=colour)
    if form == "markdown":
        from pytest_speechcustom.reports import as_markdown

        return as_markdown.report(report, dimensions)
    from pytest_speechcustom.reports import as_text

    return as_text.report(report, colour=colour)


def render_services(contracts: Iterable[Contract], form: Format) -> str:
    """The list of contracts, ending with a newline. Raises `UsageError` for forms that are for findings."""
    from pytest_speechcustom.reports.digest import service_of

    services = [service_of(contract) for contract in contracts]
    if form in ("sarif", "junit"):
        raise UsageError(f"a list of contracts has no findings, and no form {form}")
    if form == "json":
        from pytest_speechcustom.reports import as_json

        return as_json.services(services)
    if form in ("markdown", "html"):
        from pytest_speechcustom.reports import as_markdown

        text = as_markdown.services(services)
        return text if form == "markdown" else page("Services", text)
    from pytest_speechcustom.reports import as_text

    return as_text.services(services)


def render_diff(diff: Diff, form: Format) -> str:
    """What is different between two contracts, ending with a newline."""
    from pytest_speechcustom.reports import as_diff, as_junit, as_sarif

    if form == "html":
        return page(f"{diff.old} to {diff.new}", as_diff.markdown(diff))
    forms = {
        "text": as_diff.text,
        "json": as_diff.as_json,
        "markdown": as_diff.markdown,
        "sarif": as_sarif.diff,
        "junit": as_junit.diff,
    }
    return forms[form](diff)


def page(title: str, markdown: str) -> str:
    """A page of HTML, made of Markdown."""
    from pytest_speechcustom.reports import as_html

    return as_html.page(title, markdown)


def dimensions_of(contract: Contract) -> dict[str, str]:
    """The dimension of each rule of a contract, by the rule's local id."""
    return {rule.id: rule.dimension for rule in contract.rules.values()}
