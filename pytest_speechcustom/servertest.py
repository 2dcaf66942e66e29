"""One group of probes as a test: what the fixture gives is checked, and the outcome becomes that of the test."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from pytest_speechcustom.conformance import rules
from pytest_speechcustom.conformance.command import VARIABLE, built_in, headers_of
from pytest_speechcustom.conformance.groups import NAMES, groups_of
from pytest_speechcustom.conformance.outcome import GroupOutcome, together
from pytest_speechcustom.conformance.reporting import headline, notes, table, undecided
from pytest_speechcustom.conformance.runner import INTERRUPTED, opened, run_group
from pytest_speechcustom.conformance.session import Gap, Settings
from pytest_speechcustom.conformance.target import target_of
from pytest_speechcustom.contracts import load
from pytest_speechcustom.engine.report import Report, Requirement
from pytest_speechcustom.judging import judge, patterns
from pytest_speechcustom.marker import allowed_everywhere, baseline_of, contract_of, settings_of
from pytest_speechcustom.values import SpeechcustomError, UsageError, Verdict


def services_of(metafunc: pytest.Metafunc) -> tuple[str, ...]:
    """The service of the marker, else all."""
    marker = metafunc.definition.get_closest_marker("speechcustom")
    if marker is None:
        return tuple(NAMES)
    named = marker.args[0] if marker.args else marker.kwargs.get("service")
    return (str(named),) if named in NAMES else ()


def check(item: pytest.Item, given: Any, service: str, name: str) -> None:
    """Run a group against what the fixture gives (``None``: the built-in emulator), and fail or skip the test."""
    try:
        outcome, allow, strict = _run(item, given, service, name)
    except SpeechcustomError as error:
        problem = str(error)
    else:
        problem = _told(item, outcome, allow, strict)
    if problem:
        pytest.fail(problem, pytrace=False)


def _run(item: pytest.Item, given: Any, service: str, name: str) -> tuple[GroupOutcome, Mapping[str, str], bool]:
    marked = settings_of(item)
    contract = contract_of(item, service) if marked else load(service)
    allow = patterns(contract, (*(marked.allow if marked else ()), *allowed_everywhere(item, contract)))
    strict = (marked is not None and marked.strict) or bool(item.config.getoption("speechcustom_strict"))
    settings = _settings(item.config)
    if given is None:
        target = built_in(contract, settings.seed)
    elif marked is None:
        raise UsageError("name the service of speech_target: pytestmark = pytest.mark.speechcustom(service)")
    else:
        target = target_of(given)
    if target.url and not target.headers:
        target = replace(target, headers=headers_of(os.environ.get(VARIABLE, "").splitlines()))
    group = next(each for each in groups_of(service) if each.name == name)
    with opened(target, contract, settings) as place:
        return run_group(place, contract, group, settings), allow, strict


def _settings(config: pytest.Config) -> Settings:
    """How a run goes, by the options; what is not given is as on the command line."""
    given = {name: config.getoption(f"speechcustom_{name}") for name in ("timeout", "poll_interval", "seed")}
    return Settings(**{name: value for name, value in given.items() if value is not None})


def _told(item: pytest.Item, outcome: GroupOutcome, allow: Mapping[str, str], strict: bool) -> str:
    """Put the outcome on the report of the test; what it fails with, if it does."""
    from pytest_speechcustom.summary import remember

    judged = judge(outcome.report, allow, strict=strict, baseline=baseline_of(item.config))
    gaps = [[gap.step, gap.reason, gap.missing] for gap in outcome.gaps]
    remember(item, "conformance", judged, {"group": outcome.group, "gaps": gaps, "broken_off": outcome.broken_off})
    if outcome.broken_off == INTERRUPTED:
        raise KeyboardInterrupt
    if outcome.broken_off:
        return f"the target cannot be reached: {outcome.broken_off}"
    if judged.failing:
        shown = {finding.rule for finding in judged.failing}
        lines = [str(judged)]
        for rule, history in outcome.histories.items():
            if rule in shown:
                lines += ["", f"the shortest history that shows {rule}:", *(f"  {line}" for line in history.curl)]
                if history.pytest:
                    lines += ["", "the same as a test:"]
                    lines += [f"  {line}".rstrip() for line in history.pytest.splitlines()]
        return "\n".join(lines)
    if outcome.gaps and not any(
        each.rule == rules.ACCEPTED and each.observations for each in outcome.report.requirements
    ):
        pytest.skip(f"not verified: {outcome.gaps[0].reason}")
    return ""


def summary(service: str, tests: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """The table of verdicts and the headline, from what the tests of a service have put on their reports."""
    contract = load(service)
    server = [each for each in contract.rules.values() if each.side == "server"]
    outcomes = []
    for each in tests:
        verdicts: dict[str, Verdict] = {rule: verdict for verdict, found in each["verdicts"].items() for rule in found}
        requirements = tuple(
            Requirement(rule.id, verdicts.get(rule.id, "not-verified"), 0, "server", rule.basis, rule.source, rule.text)
            for rule in (*server, *rules.rules_of(contract))
        )
        counts = {f"{level}s": sum(each["findings"].get(level, {}).values()) for level in ("error", "warning", "note")}
        report = Report(service, "conformance", "pass", {"exchanges": each["exchanges"], **counts}, (), requirements,
                        {"statuses": {"200": 1}})  # fmt: skip
        told = each["conformance"]
        gaps = tuple(Gap(*gap) for gap in told["gaps"])
        outcomes.append(GroupOutcome(told["group"], report, gaps, {}, told["broken_off"]))
    outcome = together(contract, "", outcomes, NAMES[service])
    yield from (f"  {line}" for line in table(outcome.rows))
    yield from (f"  undecided  {line}" for line in undecided(outcome))
    yield from (f"  {line}" for line in notes(outcome))
    yield f"  {headline(outcome)}"
