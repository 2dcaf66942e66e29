"""Reports as text for people, JSON for programs and Markdown for pages: values in, strings out.

Rendering is a function of the report alone: the same report gives the same bytes. Credentials are hidden
already when a finding is made (`engine.findings`); nothing here reads an exchange again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, Literal, get_args

from pytest_speechcustom.contracts.model import Contract
from pytest_speechcustom.drift.changes import Diff
from pytest_speechcustom.engine.report import Report

Format = Literal["text", "json", "markdown"]

FORMATS: Final[tuple[Format, ...]] = get_args(Format)
"""The forms that a report can be had in."""


def render(report: Report, form: Format, *, dimensions: Mapping[str, str], colour: bool = False) -> str:
    """A report, ending with a newline.

    `dimensions` maps the local ids of rules to the groups that Markdown counts verdicts by (see
    `dimensions_of`). `colour` is for text on a terminal.
    """
    if form == "json":
        from pytest_speechcustom.reports import as_json

        return as_json.report(report)
    if report.mode == "drift":
        from pytest_speechcustom.reports import as_drift

        return as_drift.markdown(report) if form == "markdown" else as_drift.text(report, colour=colour)
    if form == "markdown":
        from pytest_speechcustom.reports import as_markdown

        return as_markdown.report(report, dimensions)
    from pytest_speechcustom.reports import as_text

    return as_text.report(report, colour=colour)


def render_services(contracts: Iterable[Contract], form: Format) -> str:
    """The list of contracts, ending with a newline."""
    from pytest_speechcustom.reports.digest import service_of

    services = [service_of(contract) for contract in contracts]
    if form == "json":
        from pytest_speechcustom.reports import as_json

        return as_json.services(services)
    if form == "markdown":
        from pytest_speechcustom.reports import as_markdown

        return as_markdown.services(services)
    from pytest_speechcustom.reports import as_text

    return as_text.services(services)


def render_diff(diff: Diff, form: Format) -> str:
    """What is different between two contracts, ending with a newline."""
    from pytest_speechcustom.reports import as_diff

    forms = {"text": as_diff.text, "json": as_diff.as_json, "markdown": as_diff.markdown}
    return forms[form](diff)


def dimensions_of(contract: Contract) -> dict[str, str]:
    """The dimension of each rule of a contract, by the rule's local id."""
    return {rule.id: rule.dimension for rule in contract.rules.values()}
