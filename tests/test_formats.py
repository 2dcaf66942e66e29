"""SARIF, JUnit XML and HTML: what other programs and browsers make of a report."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from pytest_speechcustom import cli

ROOT = Path(__file__).resolve().parent.parent
GOOD = ROOT / "examples" / "watson-training.ndjson"
BROKEN = ROOT / "examples" / "watson-training-broken.ndjson"
SERVICE = "watson-stt-cloud"
RULE = f"{SERVICE}/model.status.final"
OLD, NEW = "azure-speech-v3.1", "azure-speech-2025-10-15"


class Page(HTMLParser):
    """The elements of a page, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element begins."""
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        """Text."""
        self.text.append(data)


def printed(capsys: pytest.CaptureFixture[str], form: str, *arguments: str) -> str:
    """What a command prints in a form."""
    cli.main([*arguments, "--format", form])
    return capsys.readouterr().out


def check(capsys: pytest.CaptureFixture[str], form: str, file: Path, *more: str) -> str:
    """What `check` prints."""
    return printed(capsys, form, "check", "--service", SERVICE, str(file), *more)


def hostile(folder: Path) -> Path:
    """The broken history in a file with an odd name, with markup and forbidden characters where findings quote it."""
    path = folder / "<b>a & b.ndjson"
    lines = BROKEN.read_text(encoding="utf-8").splitlines()
    last = json.loads(lines[-1])
    last["response"]["body"]["status"] = "<script>alert(1)</script>\x00\x1b]]> [x](http://evil.example)"
    path.write_text("\n".join([*lines[:-1], json.dumps(last)]) + "\n", encoding="utf-8")
    return path


# SARIF


def test_sarif_has_findings_with_rules_and_places(capsys: pytest.CaptureFixture[str]) -> None:
    """Result, rule, file and line, operation and pointer, source."""
    log = json.loads(check(capsys, "sarif", BROKEN))

    assert (log["version"], len(log["runs"])) == ("2.1.0", 1)
    (run,) = log["runs"]
    (result,) = run["results"]
    rule = run["tool"]["driver"]["rules"][result["ruleIndex"]]
    assert (result["ruleId"], rule["id"], result["level"]) == (RULE, RULE, "error")
    assert "IBM20, lines 262-271" in rule["help"]["text"]
    (location,) = result["locations"]
    assert location["physicalLocation"]["artifactLocation"]["uri"] == str(BROKEN)
    assert location["physicalLocation"]["region"] == {"startLine": 10}
    assert location["logicalLocations"] == [{"fullyQualifiedName": "getAcousticModel /status"}]
    assert run["invocations"] == [{"executionSuccessful": True}]


def test_sarif_of_nothing_found_is_a_run_without_results(capsys: pytest.CaptureFixture[str]) -> None:
    """Which is how code scanning learns that something was mended."""
    (run,) = json.loads(check(capsys, "sarif", GOOD))["runs"]

    assert (run["results"], run["properties"]["verdict"]) == ([], "pass")


def test_the_fingerprint_is_of_the_place_and_not_of_the_number(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Not of the number of the exchange, so that the same finding is known again in the next recording."""
    later = tmp_path / "later.ndjson"
    lines = BROKEN.read_text(encoding="utf-8").splitlines()
    later.write_text("\n".join([*lines[:3], lines[2], *lines[3:]]) + "\n", encoding="utf-8")

    first, second = (json.loads(check(capsys, "sarif", file))["runs"][0]["results"] for file in (BROKEN, later))

    same = [each["partialFingerprints"] for each in second if each["ruleId"] == RULE]
    assert same == [first[0]["partialFingerprints"]]


def test_sarif_of_a_run_that_broke_off_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    """Not successful."""
    (run,) = json.loads(check(capsys, "sarif", GOOD, "nowhere.har"))["runs"]

    assert run["invocations"][0]["executionSuccessful"] is False


def test_sarif_of_drift_and_differences(capsys: pytest.CaptureFixture[str]) -> None:
    """What breaks is an error; impact and direction are properties."""
    drift = json.loads(printed(capsys, "sarif", "drift", "--service", SERVICE, str(BROKEN)))["runs"][0]["results"]
    assert [(each["level"], each["properties"]["impact"]) for each in drift] == [("error", "breaking")]

    (run,) = json.loads(printed(capsys, "sarif", "diff", OLD, NEW))["runs"]
    levels = {(each["level"], each["properties"]["impact"]) for each in run["results"]}
    assert levels == {("error", "breaking"), ("note", "additive"), ("note", "cosmetic")}
    ids = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert all(ids[each["ruleIndex"]] == each["ruleId"] for each in run["results"])


# JUnit


def suite(text: str) -> ElementTree.Element:
    """The one suite."""
    (found,) = ElementTree.fromstring(text)
    return found


def test_junit_has_a_case_for_each_rule(capsys: pytest.CaptureFixture[str]) -> None:
    """Broken rules fail, what was not exercised is skipped; the counts agree."""
    found = suite(check(capsys, "junit", BROKEN))

    assert {name: found.get(name) for name in ("tests", "failures", "errors", "skipped")} == {
        "tests": "108", "failures": "1", "errors": "0", "skipped": "40",
    }  # fmt: skip
    (failed,) = [case for case in found.iter("testcase") if case.find("failure") is not None]
    assert (failed.get("classname"), failed.get("name")) == (SERVICE, "model.status.final")
    text = failed.findtext("failure") or ""
    assert 'seen     "training"' in text
    assert "source   IBM20, lines 262-271" in text
    assert len(found.findall("testcase")) == 108
    assert len(found.findall("testcase/skipped")) == 40


def test_junit_of_a_run_that_broke_off_has_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    """Otherwise it would look like a pass."""
    found = suite(check(capsys, "junit", GOOD, "nowhere.har"))

    assert (found.get("errors"), found.get("failures")) == ("1", "0")


def test_junit_of_a_baseline_entry_without_a_match_fails(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """As the run does."""
    known = tmp_path / "known.toml"
    known.write_text(f'[[accept]]\nrule = "{RULE}"\nplace = "*"\nreason = "was mended"\n', encoding="utf-8")

    found = suite(check(capsys, "junit", GOOD, "--baseline", str(known)))

    assert found.get("failures") == "1"
    assert [case.get("name") for case in found.iter("testcase") if case.get("classname") == "baseline"] == [
        f"{RULE} at *"
    ]


def test_junit_of_drift_and_differences(capsys: pytest.CaptureFixture[str]) -> None:
    """Drift is a failing case of its own; of differences those fail that break."""
    found = suite(printed(capsys, "junit", "drift", "--service", SERVICE, str(BROKEN)))
    failed = [case.get("name") for case in found.iter("testcase") if case.find("failure") is not None]
    assert failed == ["drift.response.state.move"]

    document = json.loads(printed(capsys, "json", "diff", OLD, NEW))
    found = suite(printed(capsys, "junit", "diff", OLD, NEW))
    assert found.get("failures") == str(document["summary"]["breaking"])
    assert found.get("tests") == str(len(document["changes"]))


# HTML


def test_html_shows_what_the_markdown_shows(capsys: pytest.CaptureFixture[str]) -> None:
    """Headings and tables; the finding, and the line that repeats it."""
    page = Page(check(capsys, "html", BROKEN))

    assert page.tags.count("table") >= 3
    assert {"h1", "h2", "th", "td", "pre"} <= set(page.tags)
    assert "FAIL: watson-stt-cloud" in page.text
    assert RULE in page.text
    assert any(text.startswith("curl -X GET ") for text in page.text)


@pytest.mark.parametrize(
    "arguments",
    [("services",), ("diff", OLD, NEW), ("drift", "--service", SERVICE, str(GOOD))],
    ids=lambda each: each[0],
)
def test_html_of_the_other_commands(arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    """Each is a page."""
    page = printed(capsys, "html", *arguments)

    assert page.startswith("<!DOCTYPE html>")
    assert Page(page).tags.count("h1") == 1


def test_nothing_of_the_traffic_is_markup(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Not in HTML, not in XML, not in JSON; what cannot be written is escaped."""
    path = hostile(tmp_path)
    pages = {form: check(capsys, form, path) for form in ("html", "junit", "sarif")}

    page = Page(pages["html"])
    assert not {"script", "b", "a", "img"} & set(page.tags)
    assert any("alert(1)" in text for text in page.text)
    assert any("alert(1)" in (case.findtext("failure") or "") for case in suite(pages["junit"]).iter("testcase"))
    results: list[Any] = json.loads(pages["sarif"])["runs"][0]["results"]
    assert any("alert(1)" in each["message"]["text"] for each in results)
    uris = {each["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for each in results}
    assert uris == {f"{tmp_path}/%3Cb%3Ea%20%26%20b.ndjson"}


# which form is written


@pytest.mark.parametrize(
    ("name", "begins"),
    [
        ("r.sarif", '{\n  "$schema": "https://json.schemastore.org/sarif-2.1.0.json"'),
        ("r.xml", "<?xml version='1.0' encoding='us-ascii'?>\n<testsuites>"),
        ("r.HTML", "<!DOCTYPE html>"),
        ("r.md", "# PASS"),
        ("r.json", '{\n  "format": "speechcustom-report/1"'),
        ("report", '{\n  "format": "speechcustom-report/1"'),
    ],
)
def test_the_name_of_the_file_decides(
    name: str, begins: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever is printed."""
    file = tmp_path / name
    assert check(capsys, "text", GOOD, "--report", str(file)).startswith("PASS")

    assert file.read_text(encoding="utf-8").startswith(begins)


@pytest.mark.parametrize("form", ["sarif", "junit"])
def test_a_list_of_contracts_has_no_findings(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    """One line, exit status 2."""
    assert cli.main(["services", "--format", form]) == 2
    out, err = capsys.readouterr()
    assert (out, err) == ("", f"speechcustom: error: a list of contracts has no findings, and no form {form}\n")
