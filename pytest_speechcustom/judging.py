"""What findings mean in a test: which are allowed, and which of the others fail it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from fnmatch import fnmatchcase

from pytest_speechcustom.baseline import Baseline
from pytest_speechcustom.contracts.model import Contract
from pytest_speechcustom.engine.report import Report
from pytest_speechcustom.values import Finding, UsageError


class ContractBroken(AssertionError):
    """The watched traffic broke its contract. The message tells how, and `findings` are what it tells."""

    def __init__(self, message: str, findings: tuple[Finding, ...] = ()) -> None:
        super().__init__(message)
        self.findings = findings


ContractBroken.__module__ = "pytest_speechcustom"


@dataclass(frozen=True, slots=True)
class Judgement:
    """A report, and what its findings mean here: `failing` count, `allowed` were expected, by the pattern met.

    `accepted` tells how often each entry of the baseline was met, by its number.
    """

    report: Report
    failing: tuple[Finding, ...]
    allowed: tuple[tuple[Finding, str], ...]
    accepted: Mapping[int, int] = field(default_factory=dict)

    def __str__(self) -> str:
        from pytest_speechcustom.reports import render

        report = replace(self.report, findings=self.failing, verdict="fail" if self.failing else "pass")
        text = render(report, "text", dimensions={}).rstrip()
        rules = sorted({finding.rule for finding, _ in self.allowed})
        return f"{text}\n  allowed here: {', '.join(rules)}" if rules else text


def judge(report: Report, allow: Mapping[str, str], *, strict: bool, baseline: Baseline | None = None) -> Judgement:
    """What of a report counts. `allow` is what `patterns` gives; with `strict`, warnings count as errors do."""
    levels = ("error", "warning") if strict else ("error",)
    failing, allowed = [], []
    accepted: dict[int, int] = {}
    today = datetime.now(UTC).date()
    for finding in report.findings:
        local = finding.rule.partition("/")[2]
        given = next((given for given, pattern in allow.items() if fnmatchcase(local, pattern)), None)
        number = baseline.accepting(finding, today) if baseline is not None else None
        if number is not None and baseline is not None:
            accepted[number] = accepted.get(number, 0) + 1
            allowed.append((finding, baseline.entries[number].rule))
        elif given is not None:
            allowed.append((finding, given))
        elif finding.level in levels:
            failing.append(finding)
    return Judgement(report, tuple(failing), tuple(allowed), accepted)


def patterns(contract: Contract, allow: Iterable[str]) -> dict[str, str]:
    """Ids and patterns of rules as given -> the pattern of local ids. `UsageError` for one that meets no rule."""
    if isinstance(allow, str):
        raise UsageError(f"allow must be a list of rule ids, not the string {allow!r}; write [{allow!r}]")
    found = {}
    for given in allow:
        if not isinstance(given, str):
            raise UsageError(f"allow must hold rule ids as strings, not {given!r}")
        service, slash, local = given.rpartition("/")
        if (slash and service != contract.id) or not any(fnmatchcase(rule, local) for rule in contract.rules):
            raise UsageError(_unknown(contract, given))
        found[given] = local
    return found


def _unknown(contract: Contract, given: str) -> str:
    from difflib import get_close_matches

    service, slash, local = given.rpartition("/")
    text = f"allow: {contract.id} has no rule {given!r}"
    if slash and service != contract.id and local in contract.rules:
        return f"{text}; did you mean {f'{contract.id}/{local}'!r}?"
    close = get_close_matches(local, list(contract.rules), n=3, cutoff=0.5)
    if close:
        return f"{text}; did you mean {' or '.join(map(repr, close))}?"
    return f"{text}; it has {len(contract.rules)}, for example {', '.join(sorted(contract.rules)[:5])}"
