"""The command line: what it prints, what it writes, how it ends."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pytest_speechcustom import cli, contracts
from pytest_speechcustom.cli import output
from pytest_speechcustom.contracts import SERVICES
from pytest_speechcustom.engine.routing import Router
from pytest_speechcustom.values import UsageError

ROOT = Path(__file__).resolve().parent.parent
GOOD = ROOT / "examples" / "watson-training.ndjson"
BROKEN = ROOT / "examples" / "watson-training-broken.ndjson"
SERVICE = "watson-stt-cloud"
RULE = "watson-stt-cloud/model.status.final"

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs the command in this process: exit status, standard output, standard error."""

    def run(*arguments: object) -> tuple[int, str, str]:
        capsys.readouterr()
        status = cli.main([str(each) for each in arguments])
        out, err = capsys.readouterr()
        return status, out, err

    return run


@pytest.fixture
def check(run: Run) -> Run:
    """Runs `speechcustom check` on the Watson contract."""
    return lambda *arguments: run("check", "--service", SERVICE, *arguments)


def process(*arguments: object, **changes: Any) -> subprocess.CompletedProcess[bytes]:
    """The command as a process of its own."""
    env = os.environ | changes.pop("env", {})
    command = [sys.executable, "-W", "error", "-m", "pytest_speechcustom", *map(str, arguments)]
    options: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | changes
    return subprocess.run(command, cwd=ROOT, env=env, check=False, **options)


def lines_of(path: Path) -> list[dict[str, Any]]:
    """The exchanges of an NDJSON file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def ndjson(folder: Path, name: str, exchanges: list[dict[str, Any]], tail: str = "") -> Path:
    """An NDJSON file, with something behind the exchanges."""
    path = folder / name
    path.write_text("".join(json.dumps(each) + "\n" for each in exchanges) + tail, encoding="utf-8")
    return path


def a_warning(folder: Path) -> Path:
    """A history with a warning and no error: one path ends with a slash."""
    exchanges = lines_of(GOOD)
    exchanges[-1]["request"]["url"] += "/"
    return ndjson(folder, "warning.ndjson", exchanges)


# as a process


def test_a_sound_history_passes() -> None:
    """Exit status 0, the summary on standard output, nothing on standard error."""
    done = process("check", "--service", SERVICE, GOOD)

    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.startswith(b"PASS watson-stt-cloud: 10 exchanges, 0 errors")


def test_a_broken_history_fails_and_says_where() -> None:
    """Exit status 1; the rule, the exchange, the resource and the source are told."""
    done = process("check", "--service", SERVICE, BROKEN)

    assert (done.returncode, done.stderr) == (1, b"")
    told = done.stdout.decode()
    assert f"ERROR {RULE} (server, 1 time)" in told
    assert "exchange 9 (" in told
    assert "watson-training-broken.ndjson, line 10), getAcousticModel" in told
    assert "source   IBM20, " in told


@pytest.mark.parametrize("form", ["text", "json", "markdown"])
def test_output_is_identical_from_run_to_run(form: str) -> None:
    """Byte by byte, whatever the seed of Python's hashes."""
    arguments = ("check", "--service", SERVICE, "--format", form, BROKEN)

    first, second = (process(*arguments, env={"PYTHONHASHSEED": seed}) for seed in ("1", "2"))

    assert first.stdout == second.stdout != b""


def test_a_reader_that_goes_away_is_no_failure() -> None:
    """`speechcustom check ... | head -1`: the exit status is that of the check, and nobody complains."""
    read_end, write_end = os.pipe()
    os.close(read_end)
    try:
        done = process("check", "--service", SERVICE, BROKEN, stdout=write_end)
    finally:
        os.close(write_end)

    assert (done.returncode, done.stderr) == (1, b"")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is always full")
def test_a_full_disk_is_one_line() -> None:
    """Standard output that cannot be written ends with status 2, not with a traceback."""
    with open("/dev/full", "wb") as full:
        done = process("check", "--service", SERVICE, GOOD, stdout=full)

    assert done.returncode == 2
    assert done.stderr.decode().splitlines() == [
        "speechcustom: error: cannot write to standard output: No space left on device"
    ]


def test_a_narrow_encoding_is_no_failure(tmp_path: Path) -> None:
    """What standard output cannot take is escaped."""
    path = ndjson(tmp_path, "größe.ndjson", lines_of(BROKEN))

    done = process("check", "--service", SERVICE, path, env={"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"})

    assert (done.returncode, done.stderr) == (1, b"")
    assert b"gr\\xf6\\xdfe.ndjson, line 10" in done.stdout


def test_a_wrong_file_name_is_one_line() -> None:
    """A file that is not there: status 2, no report, no traceback."""
    done = process("check", "--service", SERVICE, "nowhere.har")

    assert (done.returncode, done.stdout) == (2, b"")
    (line,) = done.stderr.decode().splitlines()
    assert line.startswith("speechcustom: error: nowhere.har")


def test_help_imports_nothing_heavy() -> None:
    """The help is there at once: no validator, no YAML, no engine is imported for it."""
    program = "import sys; from pytest_speechcustom.cli import main; main(['--help']); print(*sorted(sys.modules))"

    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)

    modules = set(done.stdout.splitlines()[-1].split())
    assert not modules & {"jsonschema", "jsonschema_rs", "yaml", "vcr", "pytest", "pytest_speechcustom.engine"}


# services


def test_services_lists_every_contract(run: Run) -> None:
    """One row each, the numbers of operations, states and rules, and the documents."""
    status, out, err = run("services")

    assert (status, err) == (0, "")
    rows = out.splitlines()[1 : 1 + len(SERVICES)]
    assert [row.split()[0] for row in rows] == [*SERVICES]
    assert all(int(number) > 0 for row in rows for number in row.split()[1:4])


def test_services_as_json(run: Run) -> None:
    """`--json` and `--format json` are the same."""
    status, out, _ = run("services", "--json")

    assert status == 0
    assert [service["id"] for service in json.loads(out)["services"]] == [*SERVICES]
    assert run("services", "--format", "json") == (0, out, "")


def test_services_can_be_written_to_a_file(run: Run, tmp_path: Path) -> None:
    """`--report` works for every command, and its name tells the form."""
    status, out, _ = run("services", "--report", tmp_path / "services.md")

    assert status == 0
    assert out.startswith("service ")
    assert (tmp_path / "services.md").read_text(encoding="utf-8").startswith("# Services\n")


# check: what is judged


@pytest.mark.parametrize(("side", "status"), [("client", 0), ("server", 1), ("both", 1)])
def test_one_side_can_be_judged_alone(check: Run, side: str, status: int) -> None:
    """The server's fault is none of a client's."""
    assert check("--side", side, BROKEN)[0] == status


def test_isolated_judges_no_rule_across_exchanges(check: Run) -> None:
    """By itself, every answer of the broken history is a sound one."""
    assert check("--isolated", BROKEN)[0] == 0


def test_strict_lets_warnings_fail(check: Run, tmp_path: Path) -> None:
    """The verdict in the report is that of the exit status."""
    path = a_warning(tmp_path)

    lax, strict = check("--format", "json", path), check("--strict", "--format", "json", path)

    assert (lax[0], json.loads(lax[1])["verdict"]) == (0, "pass")
    assert (strict[0], json.loads(strict[1])["verdict"]) == (1, "fail")
    assert json.loads(lax[1])["summary"] | {"warnings": 1} == json.loads(strict[1])["summary"]


def test_each_file_is_a_history_of_its_own(check: Run, tmp_path: Path) -> None:
    """What was final in one file says nothing of the next, where a history may begin in the middle."""
    tail = ndjson(tmp_path, "tail.ndjson", lines_of(BROKEN)[-1:])

    assert check(GOOD, tail)[0] == 0


def test_exchanges_are_numbered_over_all_files(check: Run) -> None:
    """From 0 in input order, so that a number means one exchange only."""
    status, out, _ = check("--format", "json", GOOD, BROKEN)

    assert status == 1
    document = json.loads(out)
    assert document["summary"]["exchanges"] == 20
    assert [finding["exchange"] for finding in document["findings"]] == [19]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        pytest.param("k=5", 5, id="number"),
        pytest.param("k=null", None, id="null"),
        pytest.param('k="5"', "5", id="string"),
        pytest.param("k=trial", "trial", id="word"),
        pytest.param("k=a=b", "a=b", id="equals sign"),
        pytest.param("k=NaN", "NaN", id="no JSON number"),
        pytest.param("k=" + "[" * 100_000, "[" * 100_000, id="deep"),
        pytest.param("k=", "", id="empty"),
    ],
)
def test_parameters_are_json_or_text(check: Run, monkeypatch: pytest.MonkeyPatch, text: str, value: object) -> None:
    """A value that is no JSON is taken as it stands."""
    given = []

    def load(service: str, parameters: object) -> None:
        given.append(parameters)
        raise UsageError("seen enough")

    monkeypatch.setattr(contracts, "load", load)

    assert check("--param", text, GOOD)[0] == 2
    assert given == [{"k": value}]


def test_parameters_are_used(check: Run) -> None:
    """A declared parameter is taken, the others are listed for one that is not."""
    assert check("--param", "min_audio_minutes=10", "--param", "max_models=3", GOOD)[0] == 0

    status, _, err = check("--param", "min_audio=10", GOOD)
    assert status == 2
    assert "min_audio_minutes" in err


# check: what is written


def test_secrets_are_never_shown(check: Run, tmp_path: Path) -> None:
    """Not those of headers, URLs and bodies, not even where the server echoes them."""
    secrets = ["hdr-5e1f9a2b7c", "url-1d8c4e6f3a", "bod-9b3a7d5c1e"]
    exchange = lines_of(GOOD)[0]
    exchange["request"]["headers"]["Authorization"] = f"Bearer {secrets[0]}"
    exchange["request"]["url"] += f"?watson-token={secrets[1]}"
    exchange["request"]["body"] |= {"nam": secrets[0], "password": secrets[2]}
    exchange["response"]["body"]["echo"] = {"token": secrets[2], "said": f"Bearer {secrets[0]}"}
    path = ndjson(tmp_path, "secrets.ndjson", [exchange])

    for form in ("text", "json", "markdown"):
        status, out, err = check("--format", form, "--report", tmp_path / f"{form}.json", path)

        assert status == 1
        written = out + err + (tmp_path / f"{form}.json").read_text(encoding="utf-8")
        assert "nam" in written
        assert [secret for secret in secrets if secret in written] == []


@pytest.mark.parametrize("form", ["text", "json", "markdown"])
def test_hostile_names_are_escaped(check: Run, tmp_path: Path, form: str) -> None:
    """A property's name from the traffic neither acts on the terminal nor breaks a line or a table."""
    exchange = lines_of(GOOD)[0]
    exchange["request"]["body"]["\x1b]0;owned\x07|`\n\ud800"] = 1

    status, out, _ = check("--format", form, ndjson(tmp_path, "hostile.ndjson", [exchange]))

    assert status == 1
    assert "owned" in out
    assert [each for each in out if not each.isprintable() and each != "\n"] == []


def test_the_report_is_written_as_json(check: Run, tmp_path: Path) -> None:
    """Beside the text, the same as `--format json` prints."""
    path = tmp_path / "report"

    status, out, _ = check("--report", path, BROKEN)

    assert status == 1
    assert out.startswith("ERROR ")
    assert path.read_text(encoding="utf-8") == check("--format", "json", BROKEN)[1]


def test_the_report_is_written_as_markdown(check: Run, tmp_path: Path) -> None:
    """Where the name ends in .md, in any case."""
    path = tmp_path / "report.MD"

    check("--report", path, BROKEN)

    assert path.read_text(encoding="utf-8") == check("--format", "markdown", BROKEN)[1]


def test_a_report_that_cannot_be_written_is_one_line(check: Run, tmp_path: Path) -> None:
    """The findings are printed all the same; the exit status is 2."""
    (tmp_path / "report.json").mkdir()
    status, out, err = check("--report", tmp_path / "report.json", BROKEN)

    assert status == 2
    assert RULE in out
    assert err.splitlines() == [f"speechcustom: error: cannot write {tmp_path / 'report.json'}: Is a directory"]


def test_a_report_without_a_folder_is_refused_at_once(check: Run, tmp_path: Path) -> None:
    """Before anything is read, so that a long run is not lost."""
    status, out, err = check("--report", tmp_path / "missing" / "report.json", BROKEN)

    assert (status, out) == (2, "")
    assert f"there is no folder for {tmp_path / 'missing' / 'report.json'}" in err


def test_a_report_does_not_overwrite_the_traffic(check: Run, tmp_path: Path) -> None:
    """A forgotten file name after `--report` must not cost the capture."""
    path = ndjson(tmp_path, "capture.ndjson", lines_of(GOOD))
    before = path.read_bytes()

    status, out, err = check("--report", path, tmp_path / "missing.har", path)

    assert (status, out) == (2, "")
    assert "would overwrite" in err
    assert path.read_bytes() == before


def test_a_report_may_replace_an_older_one(check: Run, tmp_path: Path) -> None:
    """Only the files to be read are protected."""
    path = tmp_path / "report.json"
    path.write_text("old", encoding="utf-8")

    assert check("--report", path, GOOD)[0] == 0
    assert json.loads(path.read_text(encoding="utf-8"))["verdict"] == "pass"


# check: what goes wrong


def test_findings_before_an_unreadable_place_are_told(check: Run, tmp_path: Path) -> None:
    """The report is there, its verdict is `error`, and the exit status 2."""
    path = ndjson(tmp_path, "torn.ndjson", lines_of(BROKEN), tail='{"request": {"met')

    status, out, err = check("--format", "json", path)

    document = json.loads(out)
    assert (status, document["verdict"]) == (2, "error")
    assert document["summary"]["exchanges"] == 10
    assert [finding["rule"] for finding in document["findings"]] == [RULE]
    (line,) = err.splitlines()
    assert line.startswith(f"speechcustom: error: {path}")
    assert "line 11" in line


def test_files_beside_an_unreadable_one_are_judged(check: Run, tmp_path: Path) -> None:
    """One line for each file that cannot be read; the others are told of."""
    status, out, err = check(tmp_path / "first.har", BROKEN, tmp_path / "second.ndjson")

    assert status == 2
    assert RULE in out
    assert "ERROR watson-stt-cloud: 10 exchanges" in out
    assert ["first.har" in err.splitlines()[0], "second.ndjson" in err.splitlines()[1]] == [True, True]


def test_the_report_file_tells_of_unreadable_input(check: Run, tmp_path: Path) -> None:
    """Even if nothing could be read: a program that waits for the report finds the verdict `error`."""
    status, out, _ = check("--report", tmp_path / "report.json", tmp_path / "missing.har")

    assert (status, out) == (2, "")
    assert json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))["verdict"] == "error"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        pytest.param([], "required: COMMAND", id="no command"),
        pytest.param(["fetch"], "invalid choice: 'fetch'", id="unknown command"),
        pytest.param(["check", "a.har"], "required: --service", id="no service"),
        pytest.param(["check", "--service", SERVICE], "required: FILE", id="no file"),
        pytest.param(["check", "--serv", SERVICE, "a.har"], "required: --service", id="abbreviation"),
        pytest.param(["check", "--service", SERVICE, "--side", "left", "a.har"], "invalid choice: 'left'", id="side"),
        pytest.param(["check", "--service", SERVICE, "--param", "x", "a.har"], "name=value", id="param"),
        pytest.param(["check", "--service", SERVICE, "--param", "=x", "a.har"], "name=value", id="param name"),
        pytest.param(["check", "--service", SERVICE, "--format", "pdf", "a.har"], "text, json, markdown", id="pdf"),
        pytest.param(["services", "--json", "--format", "text"], "not allowed with", id="two formats"),
    ],
)
def test_wrong_usage_is_one_line(run: Run, arguments: list[str], told: str) -> None:
    """Status 2, nothing printed, one line that says what is wrong and where help is."""
    status, out, err = run(*arguments)

    assert (status, out) == (2, "")
    (line,) = err.splitlines()
    assert line.startswith("speechcustom: error: ")
    assert told in line
    assert "--help" in line


def test_a_mistyped_service_is_answered_with_the_nearest(run: Run) -> None:
    """And with all that are known."""
    status, out, err = run("check", "--service", "Watson-STT-clud", GOOD)

    assert (status, out) == (2, "")
    assert "did you mean watson-stt-cloud?" in err
    assert all(service in err for service in SERVICES)


def test_a_service_like_no_other_is_answered_without_a_guess(run: Run) -> None:
    """A guess that is no better than any other would mislead."""
    _, _, err = run("check", "--service", "zzz", GOOD)

    assert "did you mean" not in err
    assert "known: " in err


@pytest.mark.parametrize("arguments", [["--help"], ["check", "--help"], ["services", "-h"]])
def test_help_is_no_error(run: Run, arguments: list[str]) -> None:
    """Status 0, on standard output."""
    status, out, err = run(*arguments)

    assert (status, err) == (0, "")
    assert out.startswith("usage: speechcustom")


def test_a_fault_of_our_own_names_the_exchange(check: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Status 3, one line with the place, without what the exception says: it may be secret."""
    monkeypatch.delenv("SPEECHCUSTOM_DEBUG", raising=False)
    monkeypatch.setattr(Router, "route", _raise(KeyError("secret-5e1f9a2b")))

    status, out, err = check(BROKEN)

    assert (status, out) == (3, "")
    (line,) = err.splitlines()
    assert f"at exchange 0 ({BROKEN}, line 1): KeyError in pytest_speechcustom.engine.checker, line " in line
    assert "please report" in line
    assert "secret" not in line


def test_a_fault_without_an_exchange_says_so_much(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no exchange was judged none is named."""
    monkeypatch.setattr(contracts, "load", _raise(RuntimeError()))

    status, _, err = run("services")

    assert status == 3
    assert "the suite itself is at fault: RuntimeError in pytest_speechcustom.cli.commands, line " in err


def test_a_fault_of_our_own_can_be_debugged(check: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """The traceback comes on demand, and the status stays 3."""
    monkeypatch.setenv("SPEECHCUSTOM_DEBUG", "1")
    monkeypatch.setattr(Router, "route", _raise(KeyError("why")))

    status, _, err = check(BROKEN)

    assert status == 3
    assert "Traceback (most recent call last)" in err
    assert "KeyError: 'why'" in err


def test_an_interrupt_ends_quietly(check: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Status 130, as a shell has it, and no traceback."""
    monkeypatch.setattr(Router, "route", _raise(KeyboardInterrupt()))

    status, out, err = check(BROKEN)

    assert (status, out) == (130, "")
    assert "Traceback" not in err


def _raise(error: BaseException) -> Callable[..., Any]:
    def fail(*_: object, **__: object) -> Any:
        raise error

    return fail


# on a terminal


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """As a terminal answers."""
        return True


@pytest.mark.parametrize(
    ("environment", "coloured"),
    [
        pytest.param({}, True, id="terminal"),
        pytest.param({"NO_COLOR": "1"}, False, id="NO_COLOR"),
        pytest.param({"NO_COLOR": ""}, True, id="NO_COLOR empty"),
        pytest.param({"TERM": "dumb"}, False, id="dumb"),
    ],
)
def test_colours_are_for_terminals_that_want_them(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], coloured: bool
) -> None:
    """https://no-color.org is honoured; JSON has no colours in any case."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    for form, wanted in (("text", coloured), ("json", False)):
        terminal = Terminal()
        monkeypatch.setattr(sys, "stdout", terminal)

        cli.main(["check", "--service", SERVICE, "--format", form, str(BROKEN)])

        assert ("\x1b" in terminal.getvalue()) == wanted


def test_a_long_input_shows_its_progress_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """On standard error, on one line that is wiped at the end."""
    monkeypatch.setattr(output, "EVERY", 4)
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)

    assert cli.main(["check", "--service", SERVICE, str(GOOD)]) == 0

    told = terminal.getvalue().split("\r")
    assert [part for part in told if part.strip()] == ["speechcustom: 4 exchanges", "speechcustom: 8 exchanges"]
    assert told[-2:] == [" " * len("speechcustom: 8 exchanges"), ""]


def test_a_short_input_shows_no_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing flickers for what is done at once."""
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)

    assert cli.main(["check", "--service", SERVICE, str(GOOD)]) == 0
    assert terminal.getvalue() == ""


def test_closed_streams_are_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    """Python has no standard streams where the caller closed them (`>&-`): the exit status tells."""
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)

    assert cli.main(["check", "--service", SERVICE, str(BROKEN)]) == 1
    assert cli.main(["check", "--service", SERVICE, "missing.har"]) == 2
