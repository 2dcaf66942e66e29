"""What the Azure services do by themselves: from NotStarted to Running to Succeeded or Failed."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from datetime import datetime
from itertools import pairwise

from pytest_speechcustom.contracts.model import Json
from pytest_speechcustom.emulator.azure_data import AUDIO_KINDS
from pytest_speechcustom.emulator.azure_store import Entity, Store
from pytest_speechcustom.emulator.azure_versions import Version
from pytest_speechcustom.emulator.backend import World
from pytest_speechcustom.emulator.jobs import Step

SECONDS: Mapping[str, tuple[float, float]] = {
    "dataset": (5, 55),
    "model": (10, 900),
    "evaluation": (10, 300),
    "endpoint": (10, 60),
    "webhook": (2, 3),
    "copy": (5, 60),
}
"""How long an entity waits, and is worked on."""
_FAILURES: Mapping[str, tuple[str, str]] = {
    "dataset": ("DataImportFailed", "The data could not be imported."),
    "model": ("InternalError", "The model could not be trained."),
    "evaluation": ("InternalError", "The models could not be evaluated."),
    "endpoint": ("DeployingFailedModel", "The model could not be deployed."),
    "webhook": ("InvalidCallbackUri", "The URL did not answer the challenge."),
    "copy": ("InternalError", "The model could not be copied."),
}
_NO_DATASET = ("FailedDataset", "A dataset of it has failed.")
_LINES, _AUDIO_LINES = 1000, 120
_AUDIO_MILLISECONDS = 3_600_000
"""What is taken to be at a URL: nothing is ever fetched."""


class Work:
    """Starts the work on entities, and says how it ends."""

    def __init__(self, world: World, store: Store, version: Version) -> None:
        self._world = world
        self._store = store
        self._endings: Mapping[str, Callable[[Entity, datetime], None]] = {
            "dataset": _read,
            "evaluation": _evaluate_tokens if version.token_counts else _evaluate_words,
            "copy": self._copy,
        }

    def begin(self, entity: Entity, now: datetime) -> None:
        """Let the work on an entity begin, once that on its datasets is over."""
        waits, works = SECONDS[entity.kind]
        ending = self._endings.get(entity.kind)

        def end(moment: datetime) -> None:
            if "flaw" in entity.result:
                entity.become("Failed", moment, entity.result["flaw"])
                return
            if any(dataset is not None and dataset.status == "Failed" for dataset in map(self._store.at, entity.data)):
                entity.become("Failed", moment, _NO_DATASET)
                return
            entity.become("Succeeded", moment)
            if ending is not None:
                ending(entity, moment)

        self._world.jobs.start(
            entity.kind,
            entity.id,
            Step(waits, lambda moment: entity.become("Running", moment)),
            Step(works, end),
            fail=lambda moment: entity.become("Failed", moment, _FAILURES[entity.kind]),
            after=[("dataset", path.rpartition("/")[2]) for path in entity.data],
            at=now,
        )

    def _copy(self, operation: Entity, moment: datetime) -> None:
        """Put the copy where the authorization says: what was copied, as it was when the copy was asked for."""
        made = self._store.make("model", self._world.names.guid("model"), moment, **operation.result.pop("copied"))
        made.become("Succeeded", moment)
        operation.result["link"] = made.path


def copied(model: Entity) -> Json:
    """What a copy of a model has: all but the datasets and the project, which stay in the resource that it is of."""
    kept = ("displayName", "description", "locale", "customProperties", "properties")
    return {
        "asked": {name: model.asked[name] for name in kept if name in model.asked},
        "references": {"baseModel": model.references["baseModel"]},
    }


def _read(dataset: Entity, moment: datetime) -> None:
    """Count lines, and the length of audio. Where the data is here, that has been done; else they are made up."""
    if "lines" not in dataset.result:
        audio = dataset.asked["kind"] in AUDIO_KINDS
        counted = {"lines": _AUDIO_LINES, "milliseconds": _AUDIO_MILLISECONDS} if audio else {"lines": _LINES}
        dataset.result |= {"rejected": 0, "milliseconds": 0} | counted


def _evaluate_words(evaluation: Entity, moment: datetime) -> None:
    for number in (1, 2):
        evaluation.result |= _word_counts(evaluation, number)


def _evaluate_tokens(evaluation: Entity, moment: datetime) -> None:
    _evaluate_words(evaluation, moment)
    for number in (1, 2):
        evaluation.result |= _token_counts(evaluation, number)


def _word_counts(evaluation: Entity, number: int) -> Json:
    """Counts that fit together: words are right, replaced or left out; rates are errors in what was said."""
    dice = random.Random(f"{evaluation.id} words {number}")
    words, sentences = dice.randint(800, 1200), dice.randint(80, 120)
    replaced, left_out, put_in = dice.randint(5, 60), dice.randint(1, 20), dice.randint(1, 20)
    wrong = min(sentences, replaced)
    return {
        f"wordErrorRate{number}": (replaced + left_out + put_in) / words,
        f"sentenceErrorRate{number}": wrong / sentences,
        f"sentenceCount{number}": sentences,
        f"wordCount{number}": words,
        f"correctWordCount{number}": words - replaced - left_out,
        f"wordSubstitutionCount{number}": replaced,
        f"wordDeletionCount{number}": left_out,
        f"wordInsertionCount{number}": put_in,
    }


_EDITS = ("punctuation", "capitalization", "inverseTextNormalization", "lexical", "others")


def _token_counts(evaluation: Entity, number: int) -> Json:
    """The same of tokens, and how the edits fall into kinds."""
    dice = random.Random(f"{evaluation.id} tokens {number}")
    tokens = dice.randint(1200, 1600)
    replaced, left_out, put_in = dice.randint(5, 60), dice.randint(1, 20), dice.randint(1, 20)
    edits = replaced + left_out + put_in
    cuts = [0, *sorted(dice.randint(0, edits) for _ in _EDITS[1:]), edits]
    shares = [after - before for before, after in pairwise(cuts)]
    return {
        f"tokenErrorRate{number}": edits / tokens,
        f"tokenCount{number}": tokens,
        f"correctTokenCount{number}": tokens - replaced - left_out,
        f"tokenSubstitutionCount{number}": replaced,
        f"tokenDeletionCount{number}": left_out,
        f"tokenInsertionCount{number}": put_in,
        f"tokenErrors{number}": {
            kind: {"numberOfEdits": share, "percentageOfAllEdits": 100 * share / edits}
            for kind, share in zip(_EDITS, shares, strict=True)
        },
    }
