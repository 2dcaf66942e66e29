"""What text and Markdown say alike: findings grouped by rule, counts, strings made safe to print."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, get_args

from pytest_speechcustom.contracts.documents import DOCUMENTS
from pytest_speechcustom.contracts.model import Contract
from pytest_speechcustom.engine.report import Report
from pytest_speechcustom.values import Basis, Finding, Level, Source, Verdict

LEVELS: Final[tuple[Level, ...]] = get_args(Level)
VERDICTS: Final[tuple[Verdict, ...]] = get_args(Verdict)
BASES: Final[tuple[Basis, ...]] = get_args(Basis)

INCOMPLETE: Final = "this is not all: the run broke off"
"""What is said of a report whose verdict is `error`."""

_MOST = 1000
_MOST_OTHERS = 5


@dataclass(frozen=True, slots=True)
class Group:
    """The findings of one rule at one level. `times` is a lower bound unless `exact`.

    `others` are findings that say something else than the first: not all, `more` are left out.
    """

    first: Finding
    last: Finding
    times: int
    exact: bool
    others: tuple[Finding, ...] = ()
    more: int = 0

    @property
    def often(self) -> str:
        """How often, in words."""
        words = f"{self.times} time{'' if self.times == 1 else 's'}"
        return words if self.exact else f"at least {words}"


def groups(report: Report) -> list[Group]:
    """The findings by level and rule: errors first, and within a level the rule that was broken first."""
    found: dict[tuple[Level, str], list[Finding]] = {}
    levels: dict[str, set[Level]] = {}
    for finding in report.findings:
        found.setdefault((finding.level, finding.rule), []).append(finding)
        levels.setdefault(finding.rule, set()).add(finding.level)
    made = []
    for level in LEVELS:
        for (its, rule), listed in found.items():
            if its == level:
                omitted, alone = report.omitted.get(rule, 0), len(levels[rule]) == 1
                times = len(listed) + (omitted if alone else 0)
                others = _others(listed)
                more = max(0, len(others) - _MOST_OTHERS)
                shown = tuple(others[:_MOST_OTHERS])
                made.append(Group(listed[0], listed[-1], times, alone or not omitted, shown, more))
    return made


def _others(listed: list[Finding]) -> list[Finding]:
    """The first of each kind: another operation, another place in the body, or another message at the same exchange."""
    met = {_kind(listed[0])}
    told = {(listed[0].exchange, listed[0].message)}
    found = []
    for finding in listed[1:]:
        again = finding.exchange in {exchange for exchange, _ in told}
        if _kind(finding) not in met or (again and (finding.exchange, finding.message) not in told):
            found.append(finding)
            told.add((finding.exchange, finding.message))
        met.add(_kind(finding))
    return found


def _kind(finding: Finding) -> tuple[str | None, str, str]:
    """What is the same of findings that are told once: indices into lists do not count."""
    pointer = "/".join("*" if part.isdigit() else part for part in finding.pointer.split("/"))
    return finding.operation, pointer, finding.allowed


def verdicts(report: Report) -> dict[Verdict, int]:
    """How many rules got which verdict."""
    counted = dict.fromkeys(VERDICTS, 0)
    for requirement in report.requirements:
        counted[requirement.verdict] += 1
    return counted


def counts(report: Report) -> str:
    """The summary in one line: ``10 exchanges, 1 error, 0 warnings, 0 notes``."""
    names = {"exchanges": "exchange", "errors": "error", "warnings": "warning", "notes": "note"}
    return ", ".join(count(report.summary.get(key, 0), name) for key, name in names.items())


def baseline(report: Report) -> list[str]:
    """What the entries of a baseline did, a line for each."""
    lines = []
    for each in report.accepted:
        said = {
            "used": f"accepted {count(each.times, 'finding')}",
            "unused": "matches nothing in this run: remove it from the baseline",
            "expired": f"expired on {each.expires}, and its findings count again",
        }[each.state]
        lines.append(f"baseline: {each.rule} at {each.place}: {said} ({each.reason})")
    return lines


def count(number: int, name: str) -> str:
    """A number and its noun: ``1 note``, ``2 notes``."""
    return f"{number} {name}{'' if number == 1 else 's'}"


def exercised(covered: Mapping[str, int]) -> str:
    """How much of a table of coverage was met: ``5 of 12``."""
    return f"{sum(1 for times in covered.values() if times)} of {len(covered)}"


def place(finding: Finding) -> str:
    """Where a finding was made, for a person; not yet safe to print."""
    parts = [f"exchange {finding.exchange}" + (f" ({finding.where})" if finding.where else "")]
    parts.append(finding.operation or "no documented operation")
    if finding.resource:
        parts.append(finding.resource)
    if finding.pointer:
        parts.append(f"at {finding.pointer}")
    return ", ".join(parts)


def cited(source: Source) -> str:
    """A source with the title of its document: ``AZ25, Status (Azure Speech-to-text REST reference ...)``."""
    document = DOCUMENTS.get(source.document)
    return f"{source} ({document.title})" if document is not None else str(source)


def plain(text: str, most: int | None = _MOST) -> str:
    """Text on one line that does nothing to a terminal, cut to `most` characters.

    Control characters, line separators, characters that turn the direction of writing and lone
    surrogates are shown as escapes.
    """
    if most is not None and len(text) > most:
        text = text[: most - 1] + "…"
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else _escape(each) for each in text)


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


@dataclass(frozen=True, slots=True)
class Service:
    """What is told of a contract in the list of services. `documents` pairs ids with titles."""

    id: str
    title: str
    documents: tuple[tuple[str, str], ...]
    operations: int
    states: int
    rules: Mapping[Basis, int]

    @property
    def total(self) -> int:
        """The number of rules."""
        return sum(self.rules.values())


def service_of(contract: Contract) -> Service:
    """The row of a contract. States that show the same status count once, as in the coverage."""
    bases = [rule.basis for rule in contract.rules.values()]
    return Service(
        id=contract.id,
        title=contract.title,
        documents=tuple((name, _title(name)) for name in contract.documents),
        operations=len(contract.operations),
        states=sum(len({state.status for state in lifecycle.states}) for lifecycle in contract.lifecycles.values()),
        rules={basis: bases.count(basis) for basis in BASES},
    )


def documents_of(services: Iterable[Service]) -> dict[str, str]:
    """Every document that one of the services cites, by its id."""
    return dict(sorted(document for service in services for document in service.documents))


def _title(document: str) -> str:
    return DOCUMENTS[document].title if document in DOCUMENTS else document
