"""Reports as text, JSON and Markdown, of results made by hand."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from pytest_speechcustom import load
from pytest_speechcustom.contracts.documents import DOCUMENTS
from pytest_speechcustom.engine.report import Report, Requirement
from pytest_speechcustom.reports import FORMATS, Format, dimensions_of, render, render_services
from pytest_speechcustom.values import Finding, Source

SERVICE = "watson-stt-cloud"
STATUS = Source("IBM20", "lines 262-271")
SLASH = Source("WILD", "clients")
DIMENSIONS = {"model.status.final": "lifecycle", "request.path.slash": "payload", "response.body.unknown": "payload"}

FINAL = Finding(
    rule=f"{SERVICE}/model.status.final",
    level="error",
    basis="documented",
    side="server",
    operation="getAcousticModel",
    exchange=9,
    resource="model 74f4",
    pointer="/status",
    message="model 74f4 cannot be training after available",
    allowed="available",
    seen='"training"',
    source=STATUS,
    where="capture.ndjson, line 10",
    curl="curl -X GET http://127.0.0.1/v1/acoustic_customizations/74f4 -H 'Authorization: ***'",
)
SLASHED = Finding(
    rule=f"{SERVICE}/request.path.slash",
    level="warning",
    basis="observed",
    side="client",
    operation=None,
    exchange=2,
    resource=None,
    pointer="",
    message="the path ends with a slash",
    allowed="/v1/acoustic_customizations",
    seen="/v1/acoustic_customizations/",
    source=SLASH,
)
UNKNOWN = replace(
    FINAL,
    rule=f"{SERVICE}/response.body.unknown",
    level="note",
    exchange=0,
    pointer="/novelty",
    message="novelty is not documented",
    allowed="documented properties",
    seen="1",
)


def requirement(rule: str, verdict: Any, observations: int) -> Requirement:
    """The verdict on a rule of the server."""
    return Requirement(rule, verdict, observations, "server", "documented", STATUS, "In our words.")


def report(*findings: Finding, **changes: Any) -> Report:
    """The report of a failed check with these findings, in the order of the exchanges."""
    made = Report(
        service=SERVICE,
        mode="check",
        verdict="fail",
        summary={"exchanges": 10, "errors": 1, "warnings": 1, "notes": 2},
        findings=findings,
        requirements=(
            requirement("model.status.final", "violated", 4),
            requirement("request.path.slash", "satisfied", 9),
            requirement("response.body.unknown", "inconclusive", 0),
            requirement("not.in.the.table", "not-verified", 0),
        ),
        coverage={
            "operations": {"getAcousticModel": 9, "listAudio": 0},
            "statuses": {"getAcousticModel 200": 9},
            "states": {"model: training": 3, "model: failed": 0, "audio: ok": 1, "task: done": 0},
            "transitions": {},
        },
    )
    return replace(made, **changes)


def shown(result: Report, form: Format, **options: Any) -> str:
    """The report in a form."""
    return render(result, form, dimensions=DIMENSIONS, **options)


def block(text: str, rule: str) -> str:
    """The lines of a text report about a rule."""
    return next(part for part in text.split("\n\n") if rule in part.splitlines()[0])


# every form


@pytest.mark.parametrize("form", FORMATS)
def test_a_report_ends_with_one_newline(form: Format) -> None:
    """Whatever the form, with and without findings."""
    for result in (report(FINAL), report(verdict="pass", requirements=(), coverage={})):
        text = shown(result, form)

        assert text.endswith("\n")
        assert not text.endswith("\n\n")


@pytest.mark.parametrize("form", FORMATS)
def test_the_same_report_gives_the_same_bytes(form: Format) -> None:
    """Rendering depends on nothing but the report."""
    assert shown(report(UNKNOWN, FINAL), form) == shown(report(UNKNOWN, FINAL), form)


@pytest.mark.parametrize("form", FORMATS)
def test_what_traffic_holds_cannot_act_on_a_terminal(form: Format) -> None:
    """Escape sequences, line breaks, bidirectional controls and lone surrogates are written as escapes."""
    evil = "\x1b[31mred\x07\r\n\x9b2J\u202egnp\u2028\ud800end"
    broken = replace(
        FINAL, message=evil, seen=evil, allowed=evil, resource=evil, pointer=evil, where=evil, curl=evil, operation=evil
    )
    result = report(broken, coverage={"operations": {}, "states": {f"model: {evil}": 1}, "transitions": {evil: 1}})

    text = shown(result, form)

    assert [each for each in text if not each.isprintable() and each != "\n"] == []
    assert "end" in text
    text.encode("utf-8")  # no lone surrogate is left


@pytest.mark.parametrize("form", FORMATS)
def test_an_overlong_value_is_cut_for_people_only(form: Format) -> None:
    """Text and Markdown show the beginning; JSON keeps the value."""
    text = shown(report(replace(FINAL, seen="x" * 100_000)), form)

    assert ("x" * 100_000 in text) == (form == "json")
    assert "x" * 200 in text


# text


def test_text_tells_of_a_finding_all_that_is_known() -> None:
    """Level, rule, side, place, what was seen and allowed, the document with its title, and a line to repeat it."""
    assert block(shown(report(FINAL), "text"), "model.status.final").splitlines() == [
        "ERROR watson-stt-cloud/model.status.final (server, 1 time)",
        "  model 74f4 cannot be training after available",
        "  where    exchange 9 (capture.ndjson, line 10), getAcousticModel, model 74f4, at /status",
        '  seen     "training"',
        "  allowed  available",
        f"  source   IBM20, lines 262-271 ({DOCUMENTS['IBM20'].title})",
        "  repeat   curl -X GET http://127.0.0.1/v1/acoustic_customizations/74f4 -H 'Authorization: ***'",
    ]


def test_text_leaves_out_what_is_not_known() -> None:
    """No operation, resource, pointer, file or curl line: no empty words for them."""
    told = block(shown(report(SLASHED), "text"), "request.path.slash")

    assert "  where    exchange 2, no documented operation\n" in told
    assert "repeat" not in told


def test_text_groups_by_rule_and_puts_errors_first() -> None:
    """However the levels are mixed in the traffic."""
    text = shown(report(UNKNOWN, SLASHED, FINAL), "text")

    heads = [part.split()[0] for part in text.split("\n\n")]
    assert heads == ["ERROR", "WARNING", "NOTE", "FAIL"]


def test_text_shows_the_first_and_the_last_place_of_a_rule() -> None:
    """What lies between is counted."""
    told = block(shown(report(FINAL, *(replace(FINAL, exchange=each) for each in (11, 12, 40))), "text"), "final")

    assert "4 times" in told
    assert "  first    exchange 9 " in told
    assert "  last     exchange 40 " in told
    assert "exchange 11" not in told


def test_text_counts_findings_that_are_not_listed() -> None:
    """Left out from the list is not left out from the count."""
    result = report(FINAL, replace(FINAL, exchange=5000), omitted={FINAL.rule: 998})

    assert "(server, 1000 times)" in shown(result, "text")


def test_text_does_not_pretend_to_know_the_level_of_findings_that_are_not_listed() -> None:
    """A rule with findings at two levels says only how many there are at least."""
    result = report(FINAL, replace(FINAL, level="note"), omitted={FINAL.rule: 998})

    assert "at least 1 time" in shown(result, "text")


def test_a_rule_at_two_levels_is_told_twice() -> None:
    """A disputed place does not hide behind an error of the same rule, nor the other way round."""
    text = shown(report(replace(FINAL, level="note"), FINAL), "text")

    assert text.startswith("ERROR watson-stt-cloud/model.status.final")
    assert "NOTE watson-stt-cloud/model.status.final" in text


def test_text_ends_with_a_summary() -> None:
    """Counts, verdicts of the rules, operations exercised, states seen."""
    assert block(shown(report(FINAL), "text"), "FAIL").splitlines() == [
        "FAIL watson-stt-cloud: 10 exchanges, 1 error, 1 warning, 2 notes",
        "  rules: 1 satisfied, 1 violated, 1 inconclusive, 1 not verified",
        "  operations: 1 of 2 exercised",
        "  states seen: model 1 of 2 (training); audio 1 of 1 (ok)",
    ]


@pytest.mark.parametrize("form", ["text", "markdown"])
def test_a_run_that_broke_off_is_told_of(form: Format) -> None:
    """The counts of such a report are not those of the whole input."""
    assert "his is not all" in shown(report(verdict="error"), form)
    assert "his is not all" not in shown(report(), form)


def test_text_says_when_no_state_was_seen() -> None:
    """An empty list would look like an omission."""
    text = shown(report(coverage={"operations": {}, "states": {"model: ok": 0, "model: failed": 0}}), "text")

    assert "  states seen: none of 2 states\n" in text


def test_a_source_that_is_in_no_list_of_documents_is_told_by_its_id() -> None:
    """A contract from elsewhere may cite documents that this package does not know."""
    text = shown(report(replace(FINAL, source=Source("ELSEWHERE", "section 1"))), "text")

    assert "  source   ELSEWHERE, section 1\n" in text


def test_text_has_colours_only_when_asked() -> None:
    """Levels and verdict are coloured, the words stay the same."""
    result = report(FINAL, SLASHED, UNKNOWN)
    coloured = shown(result, "text", colour=True)

    assert "\x1b" not in shown(result, "text")
    assert "\x1b[1;31mERROR\x1b[0m" in coloured
    assert "\x1b[1;33mWARNING\x1b[0m" in coloured
    assert "\x1b[1;36mNOTE\x1b[0m" in coloured
    assert "\x1b[1;31mFAIL\x1b[0m" in coloured


# JSON


def test_json_has_the_documented_form() -> None:
    """Every member of the report, by name; `where` and `curl` come on top."""
    assert json.loads(shown(report(FINAL), "json")) == {
        "format": "speechcustom-report/1",
        "service": SERVICE,
        "mode": "check",
        "verdict": "fail",
        "summary": {"exchanges": 10, "errors": 1, "warnings": 1, "notes": 2},
        "findings": [
            {
                "rule": "watson-stt-cloud/model.status.final",
                "level": "error",
                "basis": "documented",
                "side": "server",
                "operation": "getAcousticModel",
                "exchange": 9,
                "resource": "model 74f4",
                "pointer": "/status",
                "message": "model 74f4 cannot be training after available",
                "allowed": "available",
                "seen": '"training"',
                "source": {"document": "IBM20", "locator": "lines 262-271"},
                "where": "capture.ndjson, line 10",
                "curl": FINAL.curl,
            }
        ],
        "requirements": [
            requirement_row("model.status.final", "violated", 4),
            requirement_row("request.path.slash", "satisfied", 9),
            requirement_row("response.body.unknown", "inconclusive", 0),
            requirement_row("not.in.the.table", "not-verified", 0),
        ],
        "coverage": {
            "operations": {"getAcousticModel": 9, "listAudio": 0},
            "statuses": {"getAcousticModel 200": 9},
            "states": {"model: training": 3, "model: failed": 0, "audio: ok": 1, "task: done": 0},
            "transitions": {},
        },
    }


def requirement_row(rule: str, verdict: str, observations: int) -> Mapping[str, Any]:
    """A requirement as JSON has it: with the id of the service before the rule's."""
    return {
        "rule": f"{SERVICE}/{rule}",
        "verdict": verdict,
        "observations": observations,
        "side": "server",
        "basis": "documented",
        "source": {"document": "IBM20", "locator": "lines 262-271"},
    }


def test_json_keeps_null_for_what_is_unknown() -> None:
    """A finding without operation and resource has both members."""
    (finding,) = json.loads(shown(report(SLASHED), "json"))["findings"]

    assert finding["operation"] is None
    assert finding["resource"] is None


def test_json_tells_how_many_findings_are_left_out() -> None:
    """By rule, and only if there are any."""
    assert json.loads(shown(report(FINAL, omitted={FINAL.rule: 7}), "json"))["omitted"] == {FINAL.rule: 7}
    assert "omitted" not in json.loads(shown(report(FINAL), "json"))


def test_json_keeps_every_character() -> None:
    """What cannot be printed is escaped by JSON's own means and comes back as it was."""
    evil = "\x1b|`\u2028\ud800é"
    text = shown(report(replace(FINAL, seen=evil)), "json")

    assert text.isascii()
    assert json.loads(text)["findings"][0]["seen"] == evil


# Markdown


def test_markdown_begins_with_the_verdict() -> None:
    """The headline says what to know first."""
    lines = shown(report(FINAL), "markdown").splitlines()

    assert lines[:3] == ["# FAIL: watson-stt-cloud", "", "10 exchanges, 1 error, 1 warning, 2 notes."]


def test_markdown_has_a_row_for_each_broken_rule() -> None:
    """With the places, what was seen and allowed, and the source."""
    rows = tables(shown(report(SLASHED, FINAL, replace(FINAL, exchange=12)), "markdown"))["Findings"]

    assert [row[:4] for row in rows[1:]] == [
        ["error", "watson-stt-cloud/model.status.final", "server", "2 times"],
        ["warning", "watson-stt-cloud/request.path.slash", "client", "1 time"],
    ]
    assert rows[1][4:] == [
        "model 74f4 cannot be training after available",
        '"training"',
        "available",
        "exchange 9 (capture.ndjson, line 10), getAcousticModel, model 74f4, at /status",
        "exchange 12 (capture.ndjson, line 10), getAcousticModel, model 74f4, at /status",
        f"IBM20, lines 262-271 ({DOCUMENTS['IBM20'].title})",
    ]


def test_markdown_has_the_curl_line_in_a_fence() -> None:
    """A fence longer than any run of backticks in the line, so that the line cannot leave it."""
    text = shown(report(replace(FINAL, curl="curl 'http://host/```x````y'")), "markdown")

    assert "\n`````sh\ncurl 'http://host/```x````y'\n`````\n" in text


def test_markdown_says_when_there_is_nothing() -> None:
    """No findings, no transitions: said in a word."""
    text = shown(report(), "markdown")

    assert "## Findings\n\nNone.\n" in text
    assert text.endswith("### Transitions: 0 seen\n\nNone.\n")


def test_markdown_counts_verdicts_by_dimension() -> None:
    """A rule that has no dimension is counted among the others."""
    assert tables(shown(report(FINAL), "markdown"))["Rules"] == [
        ["dimension", "satisfied", "violated", "inconclusive", "not verified"],
        ["lifecycle", "0", "1", "0", "0"],
        ["other", "0", "0", "0", "1"],
        ["payload", "1", "0", "1", "0"],
        ["all", "1", "1", "1", "1"],
    ]


def test_markdown_shows_what_was_covered_and_what_was_not() -> None:
    """Operations and states that were never met are in the tables, with a zero."""
    found = tables(shown(report(FINAL), "markdown"))

    assert found["Operations: 1 of 2"] == [["operations", "times"], ["getAcousticModel", "9"], ["listAudio", "0"]]
    assert found["Statuses: 1 seen"][1:] == [["getAcousticModel 200", "9"]]
    assert ["model: failed", "0"] in found["States: 2 of 4"]


def test_markdown_of_traffic_stays_in_its_cell() -> None:
    """Pipes, backticks, links and HTML from the traffic are text, not markup."""
    text = shown(report(replace(FINAL, message="a|b `c` [d](http://e) <img src=x> *f* \\|g")), "markdown")

    (row,) = (line for line in text.splitlines() if line.startswith("| error"))
    assert "a\\|b \\`c\\` \\[d\\](http://e) \\<img src=x> \\*f\\* \\\\\\|g" in row


def tables(markdown: str) -> dict[str, list[list[str]]]:
    """The tables of a Markdown text by their heading, without the rule below the head."""
    found: dict[str, list[list[str]]] = {}
    heading = ""
    for line in markdown.splitlines():
        if line.startswith("#"):
            heading = line.lstrip("# ")
        elif line.startswith("|") and not line.startswith("| ---"):
            found.setdefault(heading, []).append([cell.strip() for cell in line.strip("|").split(" | ")])
    return found


# the list of services


def test_services_as_text_are_an_aligned_table() -> None:
    """One row for each contract with its numbers, then the titles of the documents."""
    contract = load(SERVICE)

    lines = render_services([contract], "text").splitlines()

    head, row = lines[0].split(), lines[1].split()
    assert head[:4] == ["service", "operations", "states", "rules"]
    assert row[:4] == [SERVICE, str(len(contract.operations)), "9", str(len(contract.rules))]
    assert sum(map(int, row[4:7])) == len(contract.rules)
    assert lines[1].endswith(contract.title)
    assert any(line.startswith("IBM20 ") and DOCUMENTS["IBM20"].title in line for line in lines[3:])


def test_services_as_json_have_numbers() -> None:
    """So that programs need not count."""
    contract = load(SERVICE)

    document = json.loads(render_services([contract], "json"))

    (service,) = document.pop("services")
    assert document == {"format": "speechcustom-services/1"}
    assert [service["id"], service["title"]] == [SERVICE, contract.title]
    assert [each["document"] for each in service["documents"]] == [*contract.documents]
    assert service["operations"] == len(contract.operations)
    assert service["rules"]["total"] == len(contract.rules)
    assert service["rules"]["documented"] > service["rules"]["observed"]


def test_services_as_markdown_are_tables() -> None:
    """The same numbers, for a page."""
    found = tables(render_services([load(SERVICE)], "markdown"))

    assert found["Services"][1][0] == SERVICE
    assert ["IBM20", DOCUMENTS["IBM20"].title] in found["Documents"]


def test_each_rule_of_a_contract_has_a_dimension() -> None:
    """What Markdown groups by comes from the contract."""
    contract = load(SERVICE)

    assert dimensions_of(contract).keys() == contract.rules.keys()


# what one rule has to say in several places


def test_other_places_of_a_rule_are_told_too() -> None:
    """A group shows its first finding, and each other operation, place or message at that exchange once."""
    lacks = replace(FINAL, rule=f"{SERVICE}/request.body.required", exchange=0, pointer="", message="lacks 'name'")
    also = replace(lacks, message="lacks 'base_model_name'")
    elsewhere = replace(lacks, exchange=1, operation="addAudio", message="lacks a body", allowed="audio")
    again = replace(elsewhere, exchange=2)
    text = render(report(lacks, also, elsewhere, again), "text", dimensions=DIMENSIONS)
    markdown = render(report(lacks, also, elsewhere, again), "markdown", dimensions=DIMENSIONS)

    assert [line.split(": ", 1)[1] for line in text.splitlines() if line.startswith("  also ")] == [
        "lacks 'base_model_name'; allowed: available",
        "lacks a body; allowed: audio",
    ]
    assert "base\\_model\\_name" in markdown
    assert "lacks a body" in markdown


def test_the_same_in_many_entries_of_a_list_is_told_once() -> None:
    """Indices do not make a place another; ids in messages do not make it another either."""
    many = [replace(FINAL, exchange=n, pointer=f"/values/{n}/status", message=f"model {n} is wrong") for n in range(9)]
    text = render(report(*many), "text", dimensions=DIMENSIONS)

    assert "  also " not in text
    assert "9 times" in text


def test_many_places_are_counted() -> None:
    """More than five are not printed; how many there are is."""
    many = [replace(FINAL, exchange=n, pointer=f"/{name}") for n, name in enumerate("abcdefgh")]
    text = render(report(*many), "text", dimensions=DIMENSIONS)
    markdown = render(report(*many), "markdown", dimensions=DIMENSIONS)

    assert text.count("  also ") == 6
    assert "also     2 others (--format json lists all)" in text
    assert "2 more are in the JSON report." in markdown
