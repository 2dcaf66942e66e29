"""What the two Watson services are asked."""

from __future__ import annotations

import time

from pytest_speechcustom.conformance import flac
from pytest_speechcustom.conformance.archive import zipped
from pytest_speechcustom.conformance.faults import Blocked
from pytest_speechcustom.conformance.groups import Group
from pytest_speechcustom.conformance.probes.negatives import bodies
from pytest_speechcustom.conformance.probes.watson_desk import (
    CREATE,
    DELETE,
    ENOUGH,
    LIST,
    LITTLE,
    NO_AUDIO,
    NOWHERE,
    READ,
    RESET,
    TRAIN,
    UPGRADE,
    ZIP,
    Desk,
)
from pytest_speechcustom.conformance.session import Session
from pytest_speechcustom.contracts.model import Json
from pytest_speechcustom.values import Rule

_FLAC = "audio/flac"
_LONG_ENOUGH, _PAUSE = 0.5, 0.02


def reading(session: Session) -> None:
    """What can be read without making anything."""
    desk = Desk(session)
    desk.client.call("listModels")
    for language in ({}, {"language": desk.base_model.partition("_")[0]}, {"language": "ja-JP"}):
        for _ in range(2):
            desk.listed(**language)


def lifecycle(session: Session) -> None:
    """Training to its end, good and bad; two at a time; training again; a reset."""
    desk = Desk(session)
    with session.step("a training"):
        model = desk.create(description="A training.")
        desk.read(model)
        desk.listed()
        desk.add(model, "long", flac.silence(ENOUGH))
        desk.read(model)
        desk.settled(model, "long")
        desk.until(model, "ready")
        desk.listed()
        desk.must(TRAIN, model)
        desk.read(model)
        desk.listed()
        desk.until(model, "available")
        desk.listed()
        desk.read(model)
        with session.step("a training of what is trained"):
            desk.must(TRAIN, model)
            desk.until(model, "available")
            desk.read(model)
        with session.step("a reset"):
            desk.must(RESET, model)
            desk.read(model)
            desk.listed()
            desk.audio(model, "long")
            desk.all_audio(model)
    with session.step("a training that fails"):
        desk.can_fail()
        model = desk.ready()
        desk.must(TRAIN, model)
        desk.failing(model)
        desk.read(model)
        desk.listed()
    with session.step("two trainings at a time"):
        one, other = desk.ready(), desk.ready()
        desk.must(TRAIN, one)
        desk.must(TRAIN, other)
        for each in (one, other, one, other):
            desk.read(each)
        desk.until(other, "available")
        desk.until(one, "available")
        desk.read(other)


def fields(session: Session) -> None:
    """What a model was created with is read in every place, and never changes."""
    desk, other = Desk(session), Desk(session, session.another())
    with session.step("a model with a description"):
        model = desk.create(description="What is written.")
        for _ in range(2):
            desk.read(model)
            desk.listed()
        desk.add(model, "short", flac.silence(LITTLE))
        desk.settled(model, "short")
        desk.read(model)
        desk.must(RESET, model)
        desk.read(model)
        desk.listed()
    with session.step("a model of another client"):
        model = other.create(description="What another has written.")
        for _ in range(2):
            desk.read(model)
            desk.listed()
    with session.step("a model without a description"):
        model = desk.create()
        desk.read(model)
        desk.listed()


def lists(session: Session) -> None:
    """Models that are created and deleted between lists, with and without a language."""
    desk = Desk(session)
    language = desk.base_model.partition("_")[0]
    made = []
    for _ in range(3):
        made.append(desk.create())
        desk.listed()
        desk.listed(language=language)
        desk.listed(language="ja-JP")
    for model in made:
        desk.must(DELETE, model)
        desk.listed()
        desk.look(model)
    with session.step("as many models as there may be"):
        most = session.contract.parameters["max_models"]
        if most is not None:
            if session.client.target.app is None:
                raise Blocked("the account would be filled", "a target in this process, which may be filled")
            for _ in range(most + 1):
                answer = desk.client.ask(CREATE, body={"name": session.name(), "base_model_name": desk.base_model})
                if answer.accepted:
                    desk.created(answer)


def audio(session: Session) -> None:
    """Lengths and sums, archives, invalid audio, names, replacing and deleting."""
    desk = Desk(session)
    model = desk.create()
    with session.step("lengths and sums"):
        for name, seconds in (("a", LITTLE), ("b", ENOUGH)):
            desk.add(model, name, flac.silence(seconds))
            desk.audio(model, name)
            desk.all_audio(model)
            shown = desk.settled(model, name)
            desk.client.known(shown.get("duration"), seconds, "the duration")
            _described(desk, shown, type="audio", frequency=16_000)
            desk.all_audio(model)
            desk.audio(model, name)
    with session.step("an archive"):
        files = {"one.flac": flac.silence(30), "two.flac": flac.silence(50)}
        desk.add(model, "archive", zipped(files), ZIP, _FLAC)
        desk.audio(model, "archive")
        desk.all_audio(model)
        shown = desk.settled(model, "archive")
        desk.client.known(shown.get("duration"), 80, "the duration of the archive")
        _described(desk, shown, type="archive", compression="zip")
        desk.audio(model, "archive")
        desk.all_audio(model)
    with session.step("audio that is none"):
        desk.add(model, "none", NO_AUDIO)
        desk.settled(model, "none")
        desk.audio(model, "none")
        desk.all_audio(model)
    with session.step("an archive with a file that is no audio"):
        desk.add(model, "mixed", zipped({"one.flac": flac.silence(30), "two.flac": NO_AUDIO}), ZIP, _FLAC)
        desk.audio(model, "mixed")
        desk.settled(model, "mixed")
        desk.all_audio(model)
    with session.step("replacing"):
        for query in ({}, {"allow_overwrite": "false"}):
            desk.try_adding(model, "a", flac.silence(20), **query)
            desk.settled(model, "a")
            desk.all_audio(model)
        desk.add(model, "a", flac.silence(20), allow_overwrite="true")
        shown = desk.settled(model, "a")
        desk.client.known(shown.get("duration"), 20, "the duration of what replaced it")
        desk.all_audio(model)
    with session.step("audio that another client added"):
        other = Desk(session, session.another())
        other.add(model, "other", flac.silence(20))
        other.settled(model, "other")
        for _ in range(2):
            desk.audio(model, "other")
            desk.all_audio(model)
    with session.step("deleting"):
        for name in ("a", "archive", "mixed", "none"):
            desk.remove_audio(model, name)
            desk.audio(model, name)
            desk.all_audio(model)
        desk.read(model)
    with session.step("a reset"):
        desk.must(RESET, model)
        desk.all_audio(model)
        desk.audio(model, "b")
        desk.read(model)


def _described(desk: Desk, shown: Json, **true: str | int) -> None:
    """Hold the details of audio, which are empty until it was analysed, against the audio."""
    details = shown.get("details")
    for name, value in true.items():
        desk.client.known(details.get(name) if isinstance(details, dict) else None, value, f"the {name}")


def conflicts(session: Session) -> None:
    """Calls on a model while it is being trained, upgraded, or listened to."""
    desk = Desk(session)
    with session.step("while audio is analysed"):
        model = desk.create()
        desk.add(model, "long", flac.silence(ENOUGH))
        desk.audio(model, "long")
        desk.do(TRAIN, model)
        desk.all_audio(model)
        desk.do(TRAIN, model)
        desk.read(model)
        desk.audio(model, "long")
        desk.try_adding(model, "next", flac.silence(LITTLE))
        desk.all_audio(model)
        desk.settled(model, "long")
        desk.until(model, "ready", "available")
    with session.step("while it is trained"):
        model = _disturbed(desk, TRAIN, "training", (TRAIN, RESET, UPGRADE, DELETE))
        desk.until(model, "available", "pending", "ready")
    with session.step("audio while it is trained"):
        model = _begun(desk, TRAIN)
        _busy(desk, model, "training")
        desk.try_adding(model, "late", flac.silence(LITTLE))
        desk.read(model)
        desk.until(model, "available", "pending", "ready")
    with session.step("while it is upgraded"):
        model = _disturbed(desk, UPGRADE, "upgrading", (RESET, UPGRADE, DELETE))
        desk.until(model, "ready")


def _begun(desk: Desk, work: str) -> str:
    """A model on which work has begun."""
    model = desk.ready()
    desk.must(work, model)
    return model


def _disturbed(desk: Desk, work: str, status: str, calls: tuple[str, ...]) -> str:
    """A model after these calls in the middle of the work on it: a new one after each that has ended it."""
    model = _begun(desk, work)
    for operation in calls:
        _busy(desk, model, status)
        if not desk.do(operation, model).accepted:
            continue
        after = desk.look(model)  # that it is busy still proves that it was, unless it is so again
        still = after.accepted and isinstance(after.body, dict) and after.body.get("status") == status
        if still and operation != work:
            continue
        with desk.session.step(f"{operation} again and again, {status}"):
            _insist(desk, work, status, operation)
        model = _begun(desk, work)
    desk.look(model)
    return model


def _insist(desk: Desk, work: str, status: str, operation: str) -> None:
    """A call that was accepted and has ended the work: whether the work was over before it, by chance.

    It is made in the middle of the work on two more models: at once on one, on the other after a while and many looks.
    Work that lasts as long as the second has taken is not over when the first is asked, and the other way round.
    """
    rule = next((each for each in desk.session.contract.rules.values() if _about(each, operation, status)), None)
    if rule is None or desk.client.judged_by is desk.client.contract:
        return  # nothing forbids it, or a look is proof enough
    for seconds in (0.0, _LONG_ENOUGH):
        model, begun = _begun(desk, work), time.monotonic()
        _busy(desk, model, status)
        while time.monotonic() < begun + seconds:
            time.sleep(_PAUSE)
            _busy(desk, model, status)
        if not desk.do(operation, model).accepted:
            return
    message = f"model {model} was {status}, as two others were, and {operation} was not refused for any of them"
    desk.client.proved(rule.id, message, "a refusal")


def _about(rule: Rule, operation: str, status: str) -> bool:
    args = rule.args
    return rule.law == "call.refused" and operation in args["operations"] and status in args["states"]


def _busy(desk: Desk, model: str, status: str) -> None:
    """`Blocked` where there is nothing to disturb any more."""
    if desk.read(model).get("status") != status:
        raise Blocked(f"the {status} was over before all calls were made", f"a target whose {status} takes longer")


def training(session: Session) -> None:
    """Too little audio, invalid audio, and what a refusal does."""
    desk = Desk(session)
    with session.step("too little audio"):
        model = desk.create()
        desk.add(model, "short", flac.silence(LITTLE))
        desk.settled(model, "short")
        desk.until(model, "ready")
        desk.all_audio(model)
        desk.do(TRAIN, model)
        desk.read(model)
        desk.listed()
    with session.step("no audio"):
        model = desk.create()
        desk.all_audio(model)
        desk.do(TRAIN, model)
        desk.read(model)
    if desk.strict:
        for query in ({}, {"strict": "true"}, {"strict": "false"}):
            with session.step(f"an invalid resource, {query or 'strict by default'}"):
                model = desk.ready()
                desk.add(model, "none", NO_AUDIO)
                desk.settled(model, "none")
                desk.all_audio(model)
                (desk.must if query.get("strict") == "false" else desk.do)(TRAIN, model, **query)
                desk.read(model)
        with session.step("only valid resources, without being strict"):
            model = desk.ready()
            desk.must(TRAIN, model, strict="false")
            desk.until(model, "available")


def upgrade(session: Session) -> None:
    """Upgrades of a model in each status."""
    desk = Desk(session)
    with session.step("a model that is pending"):
        model = desk.create()
        desk.read(model)
        desk.do(UPGRADE, model)
        desk.read(model)
    with session.step("a model that is ready"):
        model = desk.ready()
        desk.read(model)
        desk.must(UPGRADE, model)
        desk.read(model)
        desk.until(model, "ready")
        desk.listed()
    with session.step("a model that is available"):
        model = desk.available()
        desk.must(UPGRADE, model)
        desk.read(model)
        desk.until(model, "available")
        desk.listed()
    with session.step("a model that has failed"):
        desk.can_fail()
        model = desk.ready()
        desk.must(TRAIN, model)
        desk.failing(model)
        desk.do(UPGRADE, model)
        desk.read(model)


def deletion(session: Session) -> None:
    """Models that are deleted at each stage, and every call on them after that."""
    desk = Desk(session)
    stages = {"pending": desk.create, "ready": desk.ready, "available": desk.available}
    for stage, make in stages.items():
        with session.step(f"a model that is {stage}"):
            model = make()
            if stage == "pending":
                desk.add(model, "short", flac.silence(LITTLE))
                desk.settled(model, "short")
            desk.must(DELETE, model)
            desk.look(model)
            desk.listed()
            path = {"customization_id": model}
            desk.client.ask("listAudio", path)
            desk.audio(model, "long")
            for operation in (TRAIN, RESET, UPGRADE, DELETE):
                desk.do(operation, model)
            desk.try_adding(model, "late", flac.silence(LITTLE))
            desk.remove_audio(model, "long")
            desk.listed()


def errors(session: Session) -> None:
    """Requests that are wrong, and the bodies of their refusals."""
    desk = Desk(session)
    client, nobody = desk.client, {"customization_id": NOWHERE}
    with session.step("what never existed"):
        client.unknown(READ, nobody)
        client.unknown("listAudio", nobody)
        client.unknown("getAudio", {**nobody, "audio_name": "none"})
        client.nobodys(DELETE, nobody)
        for operation in (TRAIN, RESET, UPGRADE, DELETE):
            desk.do(operation, NOWHERE)
    with session.step("without credentials"):
        for operation, path in ((LIST, None), (READ, nobody), ("listModels", None), ("listAudio", nobody)):
            client.anonymous(operation, path)
        path = {"customization_id": desk.create()}
        for operation in (READ, "listAudio"):
            client.anonymous(operation, path)
    with session.step("bodies of models"):
        entity = session.contract.operations[CREATE].body["application/json"].entity
        right = {"name": session.name(), "base_model_name": desk.base_model, "description": "A model."}
        for _, body in bodies(session.contract, entity or "", right):
            client.wrong(CREATE, body=body)
        client.wrong(CREATE, raw=b"{", media="application/json")
    with session.step("audio of no documented kind"):
        model = desk.create()
        path = {"customization_id": model, "audio_name": "wrong"}
        client.wrong("addAudio", path, raw=flac.silence(LITTLE), media="text/plain")
        client.wrong("addAudio", path, raw=b"\0\0" * 16_000, media="audio/l16")
        client.wrong("addAudio", path, {"allow_overwrite": "perhaps"}, raw=flac.silence(LITTLE), media=_FLAC)
        client.unknown("getAudio", {"customization_id": model, "audio_name": "none"})
        desk.read(model)
        desk.all_audio(model)


GROUPS = (
    Group("reading", "base models and lists", reading),
    Group("lifecycle", "training: success, failure, two at a time, again, reset", lifecycle),
    Group("fields", "what is written is read, in every place", fields),
    Group("lists", "complete lists, languages, the number of models", lists),
    Group("audio", "lengths, sums, archives, replacing, deleting", audio),
    Group("conflicts", "calls on a model that is busy", conflicts),
    Group("training", "trainings that are refused, and what that does", training),
    Group("upgrade", "upgrades of a model in each status", upgrade),
    Group("deletion", "models that are deleted at each stage", deletion),
    Group("errors", "wrong requests and error bodies", errors),
)
