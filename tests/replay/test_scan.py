"""What looks like a secret, and what does not."""

from __future__ import annotations

import base64
import hashlib
import random
import re
import string
from pathlib import Path

import pytest

from pytest_speechcustom.replay.scan import looks_random

ROOT = Path(__file__).parents[2]
RANDOM = {
    "hexadecimal": hashlib.md5(b"any").hexdigest(),
    "base64": base64.b64encode(hashlib.sha256(b"any").digest()).decode(),
    "in a text": f"the key is {base64.urlsafe_b64encode(hashlib.sha256(b'other').digest()).decode()}, keep it",
    "letters and digits": "q7thx2mz9vk4pl8wr3nb6cy1",
    "prefix": "ghp" + "_16C7e42F292c6912E7710c838347Ae178B4a",
    "short key of a cloud": "AKIA" + "QWERTYUIOPASDFGH",
    "letters": "djfhgkqwpoeirutybvncmxzlaksj",
    "in base64": base64.b64encode(b"key: q7thx2mz9vk4pl8wr3nb6cy1").decode(),
}
PLAIN = {
    "names": "en-US_ShortForm_NarrowbandModel_2020_01_16 PaginatedCustomModels20251015",
    "camel": "supportsTranscriptionsOnSpeechContainers",
    "url": "https://westus.api.cognitive.microsoft.com/speechtotext/models/47735980-4665-4983-90ec-598108272ba3:copy?top=2",
    "time": "2026-01-05T09:00:00.000Z_2026-01-06T10:00:00Z",
    "list": "1-2-3-4-5-6-7-8-9-10-11-12-13-14",
    "sentence": "lectures-of-winter-2026-part-12-with-notes, the_quick_brown_fox_jumps_over_13_dogs",
    "base64 of text": base64.b64encode(b"block number 17 of the lectures").decode(),
    "stand-ins": "SCRUBBED000000000000000000001 5c12bbed00000000000000000000000f",
}


@pytest.mark.parametrize("text", RANDOM.values(), ids=RANDOM)
def test_keys_are_found(text: str) -> None:
    """In whatever they stand."""
    assert looks_random(text)


@pytest.mark.parametrize("text", PLAIN.values(), ids=PLAIN)
def test_names_are_not(text: str) -> None:
    """However long they are."""
    assert not looks_random(text)


def test_nearly_every_random_key_is_found() -> None:
    """Of a thousand of 32 letters and digits not one is missed; half of them have no upper-case letters."""
    source = random.Random(1)
    for alphabet in (string.ascii_letters + string.digits, string.ascii_lowercase + string.digits):
        keys = ["".join(source.choices(alphabet, k=32)) for _ in range(500)]
        assert [key for key in keys if not looks_random(key)] == []


def test_the_words_of_the_contracts_are_no_secrets() -> None:
    """Every name and text in the schemas of all services."""
    words = {word for path in (ROOT / "schemas").glob("*/*.json")
             for word in re.findall(r"[^\s\"]+", path.read_text(encoding="utf-8"))}  # fmt: skip
    assert [word for word in sorted(words) if looks_random(word)] == []
