"""The cassettes that are shipped: made by a script that makes them again, and each as good as its policy says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pytest_speechcustom import cli
from pytest_speechcustom.contracts import SERVICES, load
from pytest_speechcustom.contracts.digest import digest
from pytest_speechcustom.engine.routing import Router
from pytest_speechcustom.locate import data
from pytest_speechcustom.replay import files
from pytest_speechcustom.replay.policy import policy_of
from pytest_speechcustom.replay.scan import leaks
from tests.recordings.record_cassettes import STORIES, WHEN, record

SAMPLES = "documented-samples"
SHIPPED = [(service, story) for service, stories in STORIES.items() for story in stories]
ON_PURPOSE = {
    "in-use": {"client.delete.in-use", "client.dataset.in-use", "client.model.in-use"},
    "busy-model": {"client.train.busy"},
}


def path_of(service: str, story: str) -> Path:
    """Where it is."""
    return data("cassettes") / service / f"{story}.yaml"


def test_each_file_has_its_story() -> None:
    """No file is left over from a story that is told no more, and none is missing."""
    found = {(path.parent.name, path.stem) for path in data("cassettes").glob("*/*") if path.stem != SAMPLES}
    assert found == set(SHIPPED)
    assert set(STORIES) == set(SERVICES)


@pytest.mark.parametrize(("service", "story"), SHIPPED)
def test_recorded_again_it_is_the_same(
    service: str, story: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Byte for byte; when this fails, run `python -m tests.recordings.record_cassettes` and look at what changed."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    assert record(service, story, tmp_path).read_bytes() == path_of(service, story).read_bytes()


@pytest.mark.parametrize(("service", "story"), SHIPPED)
def test_it_passes_the_check(service: str, story: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is found, but what is told of refusals that the story is about."""
    status = cli.main(["check", "--service", service, "--format", "json", str(path_of(service, story))])
    report: dict[str, Any] = json.loads(capsys.readouterr().out)
    rules = {finding["rule"].partition("/")[2] for finding in report["findings"]}
    assert (status, report["verdict"]) == (0, "pass")
    assert rules <= ON_PURPOSE.get(story, set())


@pytest.mark.parametrize(("service", "story"), SHIPPED)
def test_it_says_where_it_is_from_and_keeps_its_policy(service: str, story: str) -> None:
    """Origin, day, client, contract and policy; no header beyond the policy, and nothing that looks like a secret."""
    contract, path = load(service), path_of(service, story)
    policy, recorded = policy_of(contract), files.load(path)
    told = recorded.metadata
    assert (told["service"], told["recorded_from"], told["recorded_at"]) == (service, "emulator", WHEN)
    assert told["contract"] == digest(contract)
    assert told["policy"]["headers"] == sorted(policy.headers)
    assert told["client"].startswith(("httpx ", "ibm-watson "))
    assert told["story"] == (STORIES[service][story].__doc__ or "").strip()
    router = Router(contract)
    text = path.read_text(encoding="utf-8")
    assert leaks(text, recorded.exchanges, (), policy, lambda method, url: router.route(method, url).variables) == []
    assert "127.0.0.1" not in text


def test_the_stories_tell_what_they_should() -> None:
    """A failed training, a refusal, pages or a filter, a copy, an archive: seen in what was recorded."""
    for service, stories in STORIES.items():
        seen = {story: files.load(path_of(service, story)).exchanges for story in stories}
        statuses = {each.response.status for story in ("busy-model", "in-use") for each in seen.get(story, ())
                    if each.response}  # fmt: skip
        assert statuses & {400, 409}, service
        last = seen["training-that-fails"][-1].response
        assert last is not None
        assert b'"failed"' in (last.body.raw or b"").lower(), service
        listed = next(
            seen[story] for story in ("pages-and-filters", "models-by-language", "by-locale") if story in seen
        )
        assert any("?" in each.request.url for each in listed), service
        special = [each.request for story in ("copy-model", "archives") for each in seen.get(story, ())]
        if service != "video-indexer":
            assert any("copy" in each.url or ("Content-Type", "application/zip") in each.headers for each in special)
