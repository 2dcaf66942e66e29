"""Reports as JUnit XML, for continuous integration: a test case for each rule, a failure where it was broken.

A rule that nothing exercised, or that could not be decided, is skipped: a skip is never a pass.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from xml.etree import ElementTree

from pytest_speechcustom.drift.changes import Diff
from pytest_speechcustom.engine.report import Report
from pytest_speechcustom.reports.digest import INCOMPLETE, baseline, cited, counts, place, plain
from pytest_speechcustom.values import Finding

_MOST_TOLD = 20
_SKIPPED = {"inconclusive": "could not be decided", "not-verified": "not exercised"}


def report(report: Report) -> str:
    """A report as one suite. Errors fail; warnings and notes are told in the output of their case."""
    suite = _suite(report.service, report.mode)
    found: dict[str, list[Finding]] = {}
    for finding in report.findings:
        found.setdefault(finding.rule, []).append(finding)
    for requirement in report.requirements:
        rule = f"{report.service}/{requirement.rule}"
        findings = found.pop(rule, [])
        case = _case(suite, report.service, requirement.rule)
        if not _judge(case, findings) and requirement.verdict in _SKIPPED:
            ElementTree.SubElement(case, "skipped", message=_SKIPPED[requirement.verdict])
    for rule, findings in found.items():  # of no rule that the contract lists: drift
        _judge(_case(suite, report.service, rule.partition("/")[2]), findings)
    for each in report.accepted:
        if each.state == "unused":
            case = _case(suite, "baseline", f"{each.rule} at {each.place}")
            ElementTree.SubElement(case, "failure", message="matches nothing", type="baseline").text = _text(
                each.reason
            )
    if report.verdict == "error":
        case = _case(suite, report.service, "run")
        ElementTree.SubElement(case, "error", message=INCOMPLETE, type="error")
    return _written(suite, [counts(report), *baseline(report)])


def diff(diff: Diff) -> str:
    """The differences of two contracts: a case for each, which fails where it breaks a client."""
    suite = _suite(f"{diff.old} to {diff.new}", "diff")
    for change in diff.changes:
        case = _case(suite, change.kind, f"{change.place} ({change.direction})")
        if change.impact == "breaking":
            failure = ElementTree.SubElement(case, "failure", message=_text(change.message), type=change.impact)
            failure.text = _text("\n".join([cited(change.source), *change.operations]))
        else:
            ElementTree.SubElement(case, "system-out").text = _text(f"{change.impact}: {change.message}")
    return _written(suite, [])


def _judge(case: ElementTree.Element, findings: Sequence[Finding]) -> bool:
    """Put findings in a case; whether there were any."""
    errors = [finding for finding in findings if finding.level == "error"]
    others = [finding for finding in findings if finding.level != "error"]
    if errors:
        message = _text(f"{errors[0].message} ({len(errors)} times)" if len(errors) > 1 else errors[0].message)
        ElementTree.SubElement(case, "failure", message=message, type="error").text = _told(errors)
    if others:
        ElementTree.SubElement(case, "system-out").text = _told(others)
    return bool(findings)


def _told(findings: Sequence[Finding]) -> str:
    lines = []
    for finding in findings[:_MOST_TOLD]:
        lines += [f"{finding.level}: {finding.message}", f"  where    {place(finding)}", f"  seen     {finding.seen}",
                  f"  allowed  {finding.allowed}", f"  source   {cited(finding.source)}"]  # fmt: skip
    if len(findings) > _MOST_TOLD:
        lines.append(f"and {len(findings) - _MOST_TOLD} more")
    return "\n".join(_text(line) for line in lines)


def _suite(name: str, mode: str) -> ElementTree.Element:
    return ElementTree.Element("testsuite", name=_text(f"speechcustom {mode} {name}"))


def _case(suite: ElementTree.Element, group: str, name: str) -> ElementTree.Element:
    return ElementTree.SubElement(suite, "testcase", classname=_text(group), name=_text(name), time="0")


def _written(suite: ElementTree.Element, told: Iterable[str]) -> str:
    counted = {name: len(suite.findall(f"testcase/{tag}")) for name, tag in
               (("failures", "failure"), ("errors", "error"), ("skipped", "skipped"))}  # fmt: skip
    suite.set("tests", str(len(suite.findall("testcase"))))
    for name, number in counted.items():
        suite.set(name, str(number))
    suite.set("time", "0")
    text = "\n".join(map(_text, told))
    if text:
        ElementTree.SubElement(suite, "system-out").text = text
    root = ElementTree.Element("testsuites")
    root.append(suite)
    ElementTree.indent(root)
    # only ASCII, so that no text taken from traffic can make a write fail
    written: bytes = ElementTree.tostring(root, encoding="us-ascii", xml_declaration=True)
    return written.decode("ascii") + "\n"


def _text(text: str) -> str:
    """Text that XML can hold: lines of bearable length, and no character that it forbids."""
    return "\n".join(plain(line) for line in text.split("\n"))
