"""Legal histories of the Watson services that a careless checker would complain of.

Each is one sentence and a few exchanges, judged for both flavours. Nothing may be found, but for what a client is
told of a call that was refused as documented (`warned`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import pytest

from pytest_speechcustom.contracts import load
from pytest_speechcustom.engine.checker import Checker
from pytest_speechcustom.values import ABSENT, Exchange
from tests.rules import watson_stt_cloud, watson_stt_icp
from tests.rules.build import BEGAN, GONE, History, answering, asking, moved
from tests.rules.watson_common import FLAC, TWO, ZIP, Kit, heard

KITS = {"watson-stt-cloud": watson_stt_cloud.KIT, "watson-stt-icp": watson_stt_icp.KIT}
OTHER = "Bearer another"
LEGAL: dict[str, Callable[[Kit], History]] = {}
WARNED: dict[str, set[str]] = {}
CLOUD: set[str] = set()


def legal(
    sentence: str, *, warned: str = "", cloud: bool = False
) -> Callable[[Callable[[Kit], History]], Callable[[Kit], History]]:
    """Enter a history under its sentence; `warned`: a client is told so; `cloud`: of that flavour only."""

    def enter(make: Callable[[Kit], History]) -> Callable[[Kit], History]:
        assert sentence not in LEGAL
        LEGAL[sentence] = make
        WARNED[sentence] = {warned} if warned else set()
        if cloud:
            CLOUD.add(sentence)
        return make

    return enter


def lasting(one: Exchange, seconds: float) -> Exchange:
    """A copy that took so long."""
    assert one.started is not None
    return moved(one, one.started - BEGAN, seconds)


def unanswered(one: Exchange) -> Exchange:
    """A copy whose answer was not recorded."""
    return replace(one, response=None)


def failing(one: Exchange, status: int = 502) -> Exchange:
    """A copy that a gateway gave up on."""
    return answering(one, status=status, body={"error": "Bad gateway", "code": status})


def by(one: Exchange, key: str = OTHER) -> Exchange:
    """A copy with other credentials."""
    return asking(one, headers={"Authorization": key})


# states of a model


@legal("A poll may miss states.")
def _skipped(kit: Kit) -> History:
    return [kit.create(0), kit.add(1, "car1"), kit.train(900), kit.read(9000, "available", updated=8000)]


@legal("What is first seen in the middle of its life is legal in any state.")
def _middle(kit: Kit) -> History:
    states = ("pending", "ready", "training", "available", "upgrading", "failed")
    made = [kit.read(n, state, f"00000000-0000-4000-8000-{n:012d}", versions=2) for n, state in enumerate(states)]
    return [*made, kit.read(100, "available", made[4].request.url[-36:], versions=3)]


@legal("An available model first seen may still have audio that is analysed.")
def _available_middle(kit: Kit) -> History:
    return [kit.read(0, "available"), kit.read(60, "ready", updated=50)]


@legal("A failed model becomes ready when its audio is corrected, at once or later.")
def _corrected(kit: Kit) -> History:
    return [
        kit.read(0, "failed"),
        kit.add(10, "noise", overwrite="true"),
        kit.read(11, "failed", updated=10),
        kit.read(20, "pending", updated=10),
        kit.read(60, "ready", updated=50),
    ]


@legal("A trained model stays available while new audio is analysed, and is ready after it.")
def _stays(kit: Kit) -> History:
    added = [kit.add(1000, "car2"), *(kit.read(1000 + turn, "available", updated=1000) for turn in range(1, 8))]
    trained = [kit.train(100), kit.read(500, "available", updated=400)]
    return [*kit.made_ready(), *trained, *added, kit.read(1100, "ready", updated=1050)]


@legal("A trained model may stay available whatever is done to its audio, and is trained again.")
def _retrained(kit: Kit) -> History:
    return [
        *kit.made_ready(),
        kit.train(100),
        kit.read(500, "available", updated=400),
        kit.add(510, "car2"),
        kit.audio(520, "car2"),
        kit.read(530, "available", updated=510),
        kit.train(540),
        kit.read(550, "training", updated=540),
        kit.read(900, "failed", updated=890),
        kit.train(910),
        kit.read(1500, "available", updated=1400),
    ]


@legal("A trained model may be pending and ready again as soon as its audio changes.")
def _pending_again(kit: Kit) -> History:
    return [
        *kit.made_ready(),
        kit.train(100),
        kit.read(500, "available", updated=400),
        kit.add(510, "car2"),
        kit.read(511, "pending", updated=510),
        kit.read(600, "ready", updated=590),
        kit.remove(610, "car2"),
        kit.read(611, "ready", updated=610),
        kit.remove(620, "car1"),
        kit.read(621, "pending", updated=620),
    ]


@legal("An upgrade may be over before it was seen.")
def _upgraded_unseen(kit: Kit) -> History:
    return [*kit.made_ready(), kit.act(70, "upgrade_model"), kit.read(900, "ready", updated=800, versions=2)]


@legal("An upgrade that is seen ends where it began.")
def _upgraded_seen(kit: Kit) -> History:
    return [
        *kit.made_ready(),
        kit.act(70, "upgrade_model"),
        kit.read(80, "upgrading", updated=70),
        kit.read(90, "upgrading", updated=70, versions=2),
        kit.read(900, "ready", updated=800, versions=2),
        kit.train(910),
        kit.read(990, "training", updated=910, versions=2),
    ]


@legal("A malformed train request is refused and changes nothing.", warned="request.query.unknown")
def _malformed(kit: Kit) -> History:
    wrong = kit.train(100, status=400, query={"colour": "blue"})
    return [*kit.made_ready(), wrong, kit.read(110, "ready", updated=30)]


@legal("A model that nothing was changed in since its training refuses another and stays available.")
def _unmodified(kit: Kit) -> History:
    return [
        *kit.made_ready(),
        kit.train(100),
        kit.read(500, "available", updated=400),
        kit.train(510, status=400),
        kit.read(520, "available", updated=400),
    ]


@legal(
    "A train request while audio is analysed is refused, and the model goes on.", warned="client.train.busy", cloud=True
)
def _busy(kit: Kit) -> History:
    return [
        kit.create(0),
        kit.add(1, "car1"),
        kit.audio(2, "car1", "being_processed"),
        kit.train(3, status=409),
        kit.read(4, "pending", updated=1),
        kit.read(60, "ready", updated=50),
    ]


@legal(
    "A train request is refused while audio that nobody looked at is analysed.", warned="client.train.busy", cloud=True
)
def _unlooked(kit: Kit) -> History:
    return [*kit.made_ready(), kit.add(70, "car2"), kit.read(71, "ready", updated=70), kit.train(72, status=409)]


@legal("A training may end between a poll and the next call.")
def _ended(kit: Kit) -> History:
    return [kit.read(0, "training"), kit.add(30, "car2"), kit.train(60), kit.read(61, "training", updated=60)]


# audio


@legal("Audio is overwritten while it is being processed.")
def _overwritten(kit: Kit) -> History:
    return [
        kit.add(0, "car1"),
        kit.audio(1, "car1", "being_processed"),
        kit.add(2, "car1", overwrite="true"),
        kit.audio(3, "car1", "being_processed"),
        kit.audio(9, "car1", "invalid"),
        kit.add(10, "car1", overwrite="true"),
        kit.audio(11, "car1", "invalid"),
    ]


@legal("To ask for overwriting what is not there does no harm.")
def _overwriting(kit: Kit) -> History:
    return [kit.add(0, "car1", overwrite="true"), kit.audio(9, "car1"), kit.add(10, "car2", overwrite="false")]


@legal(
    "A model that was only just made cannot be upgraded, which its client could know.", warned="client.upgrade.state"
)
def _upgraded_at_once(kit: Kit) -> History:
    return [kit.create(0), kit.act(1, "upgrade_model", status=400)]


@legal("Names of audio that differ in case alone are two names.")
def _cased(kit: Kit) -> History:
    return [
        kit.add(0, "car"),
        kit.audio(9, "car"),
        kit.add(10, "Car"),
        kit.audio(19, "Car"),
        kit.heap(20, heard("car"), heard("Car")),
    ]


@legal("Audio removed or reset away may come again under its name.")
def _again(kit: Kit) -> History:
    return [
        kit.create(0),
        kit.add(1, "car1"),
        kit.audio(9, "car1"),
        kit.act(10, "reset"),
        kit.add(11, "car1"),
        kit.audio(19, "car1"),
        kit.remove(20, "car1"),
        kit.silent(21, "car1"),
        kit.add(22, "car1"),
        kit.audio(29, "car1", "invalid"),
        kit.heap(30, heard("car1", "invalid")),
    ]


@legal("An archive is judged when it is processed: before that, its files may tell more than it does.")
def _archive(kit: Kit) -> History:
    done, bad, more = heard("a.wav"), heard("b.wav", "invalid"), heard("c.wav", "being_processed")
    return [
        kit.add(0, "cars", kind="application/gzip", data=ZIP),
        kit.archive(1, "cars", "being_processed", done, more),
        kit.archive(5, "cars", "being_processed", done, bad, more),
        kit.archive(9, "cars", "invalid", done, bad),
    ]


@legal("An audio file may be shown under the name of its file.")
def _file_name(kit: Kit) -> History:
    shown = answering(kit.audio(5, "car1"), {"/name": "interview-7.flac"})
    return [kit.add(0, "car1"), shown, kit.heap(10, heard("interview-7.flac"))]


@legal("Lengths are whole seconds, and the total is of what they were.")
def _fractions(kit: Kit) -> History:
    pieces = [heard(f"piece{number}", duration=7) for number in range(30)]
    return [kit.heap(0, *pieces, total=3.7), kit.heap(10, heard("car1", duration=131), heard("car2", duration=556))]


@legal("Only valid audio counts in the total.")
def _valid(kit: Kit) -> History:
    found = (heard("car1", duration=700), heard("noise", "invalid", duration=5), heard("car2", "being_processed"))
    return [kit.heap(0, *found, total=700 / 60), kit.heap(10, total=0.0)]


@legal("Enough audio by the length of its files is enough, rounded or not.")
def _enough(kit: Kit) -> History:
    pieces = [heard(f"piece{number}", duration=19) for number in range(31)]
    return [kit.heap(0, *pieces, total=9.82), kit.train(10)]


@legal("What was too little may have been added to meanwhile.")
def _added_meanwhile(kit: Kit) -> History:
    little = kit.heap(0, heard("car1", duration=300))
    return [little, unanswered(kit.add(10, "car2")), kit.train(100), kit.read(200, "training", updated=100)]


@legal("An archive goes with the type of what it contains, an audio file with parameters of its own.")
def _types(kit: Kit) -> History:
    return [
        kit.add(0, "cars", kind="application/zip", contained="audio/mulaw;rate=8000", data=ZIP),
        kit.add(60, "car1", kind="audio/l16;rate=16000;channels=2", data=FLAC),
        kit.add(90, "car2", kind="audio/ogg; codecs=opus", data=FLAC),
    ]


# many models, many clients


@legal("A model that was deleted is made again, with an id of its own.")
def _made_again(kit: Kit) -> History:
    return [
        kit.create(0),
        kit.add(1, "car1"),
        kit.delete(60),
        kit.lost(61),
        kit.lost(62, status=400),
        kit.silent(63, "car1"),
        kit.create(70, TWO, name="Model 74f4"),
        kit.read(71, "pending", TWO, created=70, name="Model 74f4"),
        kit.add(72, "car1", TWO),
        kit.list(73, kit.entity("pending", TWO, created=70, updated=72, name="Model 74f4")),
    ]


@legal("Two models have nothing to do with each other.")
def _two(kit: Kit) -> History:
    return [
        kit.create(0),
        kit.create(1, TWO),
        kit.add(2, "car1"),
        kit.add(3, "car1", TWO),
        kit.audio(30, "car1", "invalid"),
        kit.audio(31, "car1", model=TWO),
        kit.read(32, "pending", updated=2),
        kit.read(33, "ready", TWO, created=1, updated=31),
        kit.train(40, TWO),
        kit.act(41, "reset"),
        kit.read(42, "training", TWO, created=1, updated=40),
        kit.read(43, "pending", updated=41),
        kit.audio(44, "car1", model=TWO),
        kit.silent(45, "car1"),
    ]


@legal("Another owner lists other models.")
def _other_owner(kit: Kit) -> History:
    theirs = kit.entity("ready", TWO, owner=TWO)
    return [kit.create(0), by(kit.list(1, theirs)), by(kit.lost(2)), kit.list(3, kit.entity("pending"))]


@legal("A list of one language leaves out the models of others.")
def _languages(kit: Kit) -> History:
    spoken = {"language": "ja-JP", "base_model_name": "ja-JP_BroadbandModel", "versions": ["ja-JP_BroadbandModel.v1"]}
    asked = kit.create(0, TWO, base_model_name="ja-JP_BroadbandModel")
    read = kit.call("GET", f"/{TWO}", 1, answer=kit.entity("pending", TWO) | spoken)
    return [
        asked,
        read,
        kit.create(2),
        kit.list(3, kit.entity("pending", created=2), language="en-US"),
        kit.list(4, language="de-DE"),
    ]


@legal("A client with nothing to hide leaves out the description, and the service what it likes.")
def _bare(kit: Kit) -> History:
    made = kit.create(0)
    shown = dict.fromkeys(("/description", "/versions", "/owner", "/created", "/language"), GONE)
    return [
        asking(made, {"/description": GONE}),
        answering(kit.read(1, "pending"), shown),
        kit.add(5, "car1"),
        answering(kit.train(900), body=b""),
    ]


# what the network does


@legal("What was refused for its credentials, or too often, or by a gateway, may be asked again.")
def _refused(kit: Kit) -> History:
    made = kit.made_ready()
    halting = [
        kit.lost(61, status=401),
        kit.lost(62, status=429),
        failing(kit.read(63, "ready")),
        kit.lost(64, status=503),
    ]
    again = [kit.train(65, status=401), kit.train(66, status=429), kit.remove(67, "car1", status=401)]
    return [
        kit.create(-2, status=401),
        kit.create(-1, status=503),
        *made,
        *halting,
        *again,
        kit.read(70, "ready", updated=30),
    ]


@legal("A delete that a gateway gave up on may have been done.")
def _deleted_unseen(kit: Kit) -> History:
    return [
        kit.create(0),
        kit.add(1, "car1"),
        kit.audio(9, "car1"),
        failing(kit.delete(10), 504),
        kit.silent(11, "car1"),
        kit.lost(12),
        kit.list(13),
        kit.lost(14, status=400),
    ]


@legal("A delete that a gateway gave up on may not have been done.")
def _not_deleted(kit: Kit) -> History:
    return [
        kit.create(0),
        kit.add(1, "car1"),
        kit.audio(9, "car1"),
        failing(kit.remove(10, "car1"), 504),
        unanswered(kit.delete(11)),
        kit.audio(12, "car1"),
        kit.heap(13, heard("car1")),
        kit.read(14, "ready", updated=1),
        kit.list(15, kit.entity("ready", updated=1)),
    ]


@legal("A call without a recorded answer may have done its work.")
def _unanswered(kit: Kit) -> History:
    return [
        *kit.made_ready(),
        unanswered(kit.act(70, "upgrade_model")),
        kit.read(80, "upgrading", updated=70, versions=2),
        kit.read(90, "ready", updated=85, versions=2),
        unanswered(kit.act(91, "reset")),
        kit.silent(92, "car1"),
        kit.read(93, "pending", updated=91, versions=2),
        unanswered(kit.create(94, TWO)),
        kit.read(95, "pending", TWO, created=94),
        unanswered(kit.remove(96, "car1")),
        kit.heap(97),
    ]


@legal("An overwriting that nobody saw the answer of may have begun the analysis again.")
def _renewed(kit: Kit) -> History:
    return [
        kit.audio(0, "car1", "being_processed"),
        kit.train(60),
        unanswered(kit.add(900, "car1", overwrite="true")),
        kit.audio(901, "car1", "being_processed"),
    ]


@legal("Audio is added at the same time, and polls overlap.")
def _overlapping(kit: Kit) -> History:
    return [
        kit.create(0),
        lasting(kit.add(10, "car1"), 9),
        lasting(kit.add(11, "car2"), 4),
        lasting(kit.audio(12, "car2", "being_processed"), 8),
        lasting(kit.heap(13), 9),
        kit.audio(14, "car2"),
        lasting(kit.read(15, "ready", updated=12), 9),
        kit.read(16, "pending", updated=12),
        kit.read(60, "ready", updated=30),
    ]


@legal("A slow list shows what was made, or upgraded, while it was answered.")
def _slow_list(kit: Kit) -> History:
    return [
        lasting(kit.list(0, kit.entity("pending", created=1)), 9),
        kit.create(1),
        kit.add(20, "car1"),
        lasting(kit.read(30, "ready", created=1, updated=25), 20),
        kit.act(31, "upgrade_model"),
        kit.read(60, "ready", created=1, updated=55, versions=2),
    ]


@legal("A slow delete and a read have no order.")
def _slow_delete(kit: Kit) -> History:
    return [
        kit.create(0),
        kit.add(1, "car1"),
        lasting(kit.delete(10), 9),
        kit.read(11, "pending", updated=1),
        kit.audio(12, "car1"),
        kit.heap(13, heard("car1")),
        kit.list(14, kit.entity("pending", updated=1)),
        kit.lost(30),
    ]


@legal("A client that waits for new audio in a trained model polls on.")
def _waiting(kit: Kit) -> History:
    polls = [kit.read(20 + turn, "failed", updated=10) for turn in range(8)]
    return [kit.read(0, "training"), kit.read(9, "failed", updated=5), kit.add(10, "car1", overwrite="true"), *polls]


@legal("An audio resource that was cleared away is added again while nobody read it.", cloud=True)
def _proof(kit: Kit) -> History:
    return [
        kit.audio(0, "car1", "being_processed"),
        kit.train(60),
        kit.act(90, "reset"),
        kit.add(91, "car1"),
        kit.audio(92, "car1", "being_processed"),
    ]


@legal("A key is renewed, and the same owner goes on.")
def _renewed_key(kit: Kit) -> History:
    return [
        kit.create(0),
        by(kit.read(1, "pending")),
        by(kit.list(2, kit.entity("pending"))),
        by(kit.delete(3)),
        kit.lost(4),
    ]


@legal("An upgrade that failed to start changes nothing.")
def _no_upgrade(kit: Kit) -> History:
    made = [kit.train(100), kit.read(500, "available", updated=400)]
    return [
        *kit.made_ready(),
        *made,
        kit.act(510, "upgrade_model", status=400),
        kit.read(520, "available", updated=400),
    ]


@legal("Training without the invalid audio names it, and an answer without a body says nothing.", cloud=True)
def _not_strict(kit: Kit) -> History:
    query = {"strict": "false"}
    silent = answering(kit.train(10, query=query), body=b"")
    return [
        kit.audio(0, "noise", "invalid"),
        silent,
        kit.read(900, "available"),
        kit.audio(910, "car1"),
        kit.train(
            920, query=query, answer={"warnings": [{"code": "invalid_audio_files", "message": "Excluded: [noise]."}]}
        ),
    ]


@legal("Audio that was invalid and may have been replaced is trained with.", cloud=True)
def _replaced(kit: Kit) -> History:
    return [
        kit.audio(0, "noise", "invalid"),
        kit.add(1, "noise", overwrite="true"),
        kit.train(60),
        kit.audio(900, "noise", "invalid"),
        unanswered(kit.add(901, "noise", overwrite="true")),
        kit.train(990),
    ]


@legal("A training that is over may be shown before its end.", cloud=True)
def _all_but_done(kit: Kit) -> History:
    return [kit.train(0), kit.read(900, "training", updated=0, progress=100), kit.read(960, "available", updated=901)]


@legal("A busy model may be refused for its data first.", cloud=True)
def _unfit_and_busy(kit: Kit) -> History:
    return [kit.read(0, "training"), kit.train(1, status=400), kit.read(2, "training")]


@legal("Several clients each look once at what is done.")
def _audience(kit: Kit) -> History:
    done = [kit.read(500 + turn, "available", updated=400) for turn in range(6)]
    return [kit.train(0), *(by(one, f"Bearer {turn}") for turn, one in enumerate(done))]


@legal("What stands before the service refuses in words of its own.", warned="error.content-type")
def _gateway(kit: Kit) -> History:
    refused = [kit.lost(at, status=status) for at, status in enumerate((401, 403, 429, 502, 503))]
    return [answering(one, headers={"Content-Type": "text/html"}, body=b"<html>No.</html>") for one in refused]


@legal("A recording may lack a body that was sent in pieces.")
def _in_pieces(kit: Kit) -> History:
    return [asking(kit.add(0, "car1"), headers={"Transfer-Encoding": "chunked"}, body=ABSENT)]


CASES = [
    pytest.param(service, sentence, id=f"{service}: {sentence}")
    for sentence in LEGAL
    for service in KITS
    if service == "watson-stt-cloud" or sentence not in CLOUD
]


@pytest.mark.parametrize(("service", "sentence"), CASES)
@pytest.mark.parametrize("timed", [True, False])
def test_nothing_is_wrong(service: str, sentence: str, timed: bool) -> None:
    """Nothing is found, whether the recording has times or, where exchanges had an order, only that."""
    history = LEGAL[sentence](KITS[service])
    if not timed:
        if any(a.ended is None or b.started is None or a.ended > b.started for a, b in pairwise(history)):
            return
        history = [replace(one, started=None, ended=None) for one in history]
    checker = Checker(load(service))
    checker.check(history)
    expected = {f"{service}/{rule}" for rule in WARNED[sentence]}
    found = [f for f in checker.report().findings if f.rule not in expected]
    assert [f"{f.exchange}: {f.level} {f.rule} {f.message} (allowed {f.allowed}; seen {f.seen})" for f in found] == []
