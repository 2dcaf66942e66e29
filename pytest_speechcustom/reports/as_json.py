"""Reports as JSON, for programs: the form that DESIGN calls ``speechcustom-report/1``.

Only ASCII is written, so that no text taken from traffic, lone surrogates included, can make a write fail.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from pytest_speechcustom.engine.report import Report, Requirement
from pytest_speechcustom.reports.digest import Service
from pytest_speechcustom.values import Finding, Source


def report(report: Report) -> str:
    """A report as one JSON object."""
    document: dict[str, Any] = {
        "format": "speechcustom-report/1",
        "service": report.service,
        "mode": report.mode,
        "verdict": report.verdict,
        "summary": dict(report.summary),
        "findings": [_finding(finding) for finding in report.findings],
        "requirements": [_requirement(report.service, each) for each in report.requirements],
        "coverage": {kind: dict(covered) for kind, covered in report.coverage.items()},
    }
    if report.omitted:
        document["omitted"] = dict(report.omitted)
    if report.accepted:
        document["baseline"] = [asdict(each) for each in report.accepted]
    return _dump(document)


def services(services: Iterable[Service]) -> str:
    """The list of contracts as one JSON object."""
    return _dump(
        {
            "format": "speechcustom-services/1",
            "services": [
                {
                    "id": service.id,
                    "title": service.title,
                    "documents": [{"document": name, "title": title} for name, title in service.documents],
                    "operations": service.operations,
                    "states": service.states,
                    "rules": {"total": service.total, **service.rules},
                }
                for service in services
            ],
        }
    )


def _finding(finding: Finding) -> dict[str, Any]:
    told: dict[str, Any] = {
        "rule": finding.rule,
        "level": finding.level,
        "basis": finding.basis,
        "side": finding.side,
        "operation": finding.operation,
        "exchange": finding.exchange,
        "resource": finding.resource,
        "pointer": finding.pointer,
        "message": finding.message,
        "allowed": finding.allowed,
        "seen": finding.seen,
        "source": _source(finding.source),
        "where": finding.where,
        "curl": finding.curl,
    }
    if (shift := finding.shift) is not None:
        told |= {"impact": shift.impact, "direction": shift.direction, "place": shift.place, "times": shift.times}
    return told


def _requirement(service: str, requirement: Requirement) -> dict[str, Any]:
    return {
        "rule": f"{service}/{requirement.rule}",
        "verdict": requirement.verdict,
        "observations": requirement.observations,
        "side": requirement.side,
        "basis": requirement.basis,
        "source": _source(requirement.source),
    }


def _source(source: Source) -> dict[str, str]:
    return {"document": source.document, "locator": source.locator}


def _dump(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=True) + "\n"
