"""Laws about lists: pages, the links between them, filters, and what a whole list must hold.

`args["operations"]` are the list operations a rule is for; `args["next"]` is the pointer of the link to the
next page, where there is one. A *walk* is a first page and the pages reached by following the links.
"""

from __future__ import annotations

import re
from collections import Counter, OrderedDict
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from pytest_speechcustom.contracts.model import Touch
from pytest_speechcustom.engine.breach import Breach
from pytest_speechcustom.engine.filters import Filter, FilterError, parse
from pytest_speechcustom.engine.history import History, Moment, Record, fold, id_of
from pytest_speechcustom.engine.laws.outcome import HOLDS, UNSURE, ExchangeLaw, Outcome
from pytest_speechcustom.engine.text import at, short, whole
from pytest_speechcustom.values import Rule

_MOST_WALKS = 64
_MOST_ITEMS = 50_000
_VOLATILE = frozenset({"status", "lastActionDateTime"})
"""Properties that change by themselves: between two pages, or since a resource was read."""
_LARGEST = 2**31


@dataclass(slots=True)
class Walk:
    """A list being read page by page: the keys seen so far, and whether it began at the start.

    `keys` map to the exchange that showed them first. `page` are the keys of the last page; both are folded.
    """

    from_start: bool
    writes: int
    keys: dict[str, int] = field(default_factory=dict)
    page: list[str] = field(default_factory=list)
    disturbed: bool = False
    pages: int = 0
    done: bool = False


class Walks:
    """The walks of one history, found again by the link a request follows. Shared by the laws below."""

    def __init__(self, history: History) -> None:
        """Start with no walk."""
        self._history = history
        rules = [rule for rule in history.contract.rules.values() if "next" in rule.args]
        self._links = {operation: rule.args["next"] for rule in rules for operation in rule.args["operations"]}
        self._open: OrderedDict[Any, Walk] = OrderedDict()
        self._last: tuple[int, Walk, list[str]] | None = None

    def step(self, moment: Moment, touch: Touch) -> tuple[Walk, list[str]]:
        """The walk that a list exchange belongs to, and the keys of its page (computed once an exchange)."""
        if self._last is not None and self._last[0] == moment.index:
            return self._last[1], self._last[2]
        writes = self._history.writes.get(touch.resource, 0)
        walk = self._open.pop(_address(moment.url, moment.scope), None)
        if walk is None:
            start = moment.query.get("skip", "0").strip() in ("", "0") and "skipToken" not in moment.query
            walk = Walk(start, writes)
        elif any(name in moment.query.get("filter", "") for name in _VOLATILE):
            walk.disturbed = True  # what left the filter, or came into it, shifted the pages
        walk.disturbed = walk.disturbed or walk.writes != writes or moment.unordered
        walk.pages += 1
        keys = [_key(self._history, touch, entity, moment) for entity in items(moment, touch)]
        next_pointer = self._links.get(moment.operation.id)
        link = at(moment.answered, next_pointer) if next_pointer else None
        if isinstance(link, str) and len(walk.keys) < _MOST_ITEMS:
            self._open[_address(link, moment.scope)] = walk
            while len(self._open) > _MOST_WALKS:
                self._open.popitem(last=False)
        walk.done = not isinstance(link, str)
        walk.page = [fold(key) for key in keys]
        for key in walk.page:
            walk.keys.setdefault(key, moment.index)
        self._last = (moment.index, walk, keys)
        return walk, keys


def _address(url: str, scope: tuple[str, str]) -> Any:
    try:
        parts = urlsplit(url)
    except ValueError:
        return (url, scope)
    return (parts.path.rstrip("/").lower(), tuple(sorted(parse_qsl(parts.query))), scope[1])


def items(moment: Moment, touch: Touch) -> list[Any]:
    """The entities in the answer to a list call."""
    for pointer in touch.at:
        found = at(moment.answered, pointer)
        if isinstance(found, list):
            return [entity for entity in found if isinstance(entity, dict)]
    return []


def _key(history: History, touch: Touch, entity: Any, moment: Moment) -> str:
    resource = history.contract.resources[touch.resource]
    value = entity.get(resource.identity)
    name = id_of(value) if resource.by_url else value
    if not isinstance(name, str):
        return ""
    return f"{moment.variables.get(resource.parent, '')}/{name}" if resource.parent else name


def _law(rule: Rule, history: History, judge: Any) -> ExchangeLaw:
    """A law for accepted list calls: `judge(moment, touch, walk, keys)`."""
    touches = {touch.operation: touch for touch in history.contract.touches if touch.role == "list"}
    walks: Walks = _walks(history)

    def law(moment: Moment) -> Outcome:
        touch = touches[moment.operation.id]
        if not moment.accepted or not isinstance(moment.answered, dict | list):
            return None
        if not any(isinstance(at(moment.answered, pointer), list) for pointer in touch.at):
            return None  # no list at all: nothing is said
        walk, keys = walks.step(moment, touch)
        outcome: Outcome = judge(moment, touch, walk, keys)
        return outcome

    return law


def _walks(history: History) -> Walks:
    if "walks" not in history.shared:
        history.shared["walks"] = Walks(history)
    walks: Walks = history.shared["walks"]
    return walks


def top(rule: Rule, history: History) -> ExchangeLaw:
    """``list.top``: a page holds no more entities than `top` asked for."""

    def judge(moment: Moment, touch: Touch, walk: Walk, keys: list[str]) -> Outcome:
        asked = whole(moment.query.get("top", ""))
        if asked is None:
            return None
        if len(keys) <= asked:
            return HOLDS
        return Breach(rule.id, "the page is longer than top", f"at most {asked}", f"{len(keys)} entities", touch.at[0])

    return _law(rule, history, judge)


def next_progress(rule: Rule, history: History) -> ExchangeLaw:
    """``list.next.progress``: the link to the next page leads on in the same list."""
    link = rule.args["next"]

    def judge(moment: Moment, touch: Touch, walk: Walk, keys: list[str]) -> Outcome:
        url = at(moment.answered, link)
        if not isinstance(url, str):
            return None
        back = _address(url, moment.scope) == _address(moment.url, moment.scope)
        asked, given = whole(moment.query.get("skip") or "0"), whole(dict(parse_qsl(_query(url))).get("skip", ""))
        if not back and given is not None and asked is not None:
            back = given <= asked
        own = re.sub(r"\{([^}]*)\}", lambda name: moment.variables.get(name[1], ""), moment.operation.path)
        if not back and unquote(_address(url, moment.scope)[0]).endswith(own.lower()):
            return HOLDS
        return Breach(
            rule.id, "the link to the next page does not lead on", "the next set of results", short(url), link
        )

    return _law(rule, history, judge)


def _query(url: str) -> str:
    try:
        return urlsplit(url).query
    except ValueError:
        return ""


def next_keeps(rule: Rule, history: History) -> ExchangeLaw:
    """``list.next.keeps``: the link to the next page keeps the query parameter `name` of the request.

    With `fewer`, a smaller number is undecided: the most that the service gives, or what is left to give.
    """
    link, name = rule.args["next"], rule.args["name"]

    def judge(moment: Moment, touch: Touch, walk: Walk, keys: list[str]) -> Outcome:
        url = at(moment.answered, link)
        asked = moment.query.get(name)
        if not isinstance(url, str) or asked is None:
            return None
        given = dict(parse_qsl(_query(url), keep_blank_values=True)).get(name)
        if given == asked:
            return HOLDS
        if rule.args.get("fewer") and (whole(given or "") or _LARGEST) < (whole(asked) or 0):
            return UNSURE
        message = f"the link to the next page lost or changed {name}"
        return Breach(rule.id, message, f"{name}={asked}", short(url), link)

    return _law(rule, history, judge)


def unique(rule: Rule, history: History) -> ExchangeLaw:
    """``list.unique``: no entity stands twice in one page."""

    def judge(moment: Moment, touch: Touch, walk: Walk, keys: list[str]) -> Outcome:
        named = [key for key in walk.page if key]
        if len(set(named)) == len(named):
            return HOLDS if named else None
        twice = Counter(named).most_common(1)[0][0]
        return Breach(rule.id, f"{touch.resource} {twice} stands twice in one list", "once", "twice", touch.at[0])

    return _law(rule, history, judge)


def repeat(rule: Rule, history: History) -> ExchangeLaw:
    """``list.repeat``: a page does not repeat entities of the pages before it, unless something was written between."""

    def judge(moment: Moment, touch: Touch, walk: Walk, keys: list[str]) -> Outcome:
        if walk.pages == 1:
            return None
        if walk.disturbed:
            return UNSURE
        again = [key for key, folded in zip(keys, walk.page, strict=True) if walk.keys[folded] != moment.index]
        if not again:
            return HOLDS
        message = f"{touch.resource} {again[0]} was on an earlier page (exchange {walk.keys[fold(again[0])]})"
        return Breach(rule.id, message, "each entity once", f"{len(again)} repeated", touch.at[0])

    return _law(rule, history, judge)


def complete(rule: Rule, history: History) -> ExchangeLaw:
    """``list.complete``: a list read to its end holds every resource that was created and matches, and is not deleted.

    With `renamed`, a list may call a resource otherwise: undecided unless it holds fewer than it must.
    """
    member = rule.args.get("member")

    def judge(moment: Moment, touch: Touch, walk: Walk, keys: list[str]) -> Outcome:
        if not walk.done or not walk.from_start:
            return None
        if walk.disturbed or walk.writes != history.writes.get(touch.resource, 0):
            return UNSURE
        wanted = [record for record in history.all(touch.resource) if _belongs(record, moment, touch, history, member)]
        if not wanted:
            return None
        for record in wanted:
            if fold(record.key) not in walk.keys:
                if rule.args.get("renamed") and len(walk.keys) >= len(wanted):
                    return UNSURE
                message = f"{record.name}, created in exchange {record.created}, is missing from the list"
                seen = f"{len(walk.keys)} others"
                return Breach(rule.id, message, f"{record.name} in the list", seen, touch.at[0], resource=record.name)
        return HOLDS

    return _law(rule, history, judge)


def _belongs(record: Record, moment: Moment, touch: Touch, history: History, member: str | None) -> bool:
    """Whether a list must hold a record: created here, alive, in scope, and matching for sure."""
    resource = history.contract.resources[touch.resource]
    there = record.deleted is None and record.facts.get("exists")
    alive = record.created is not None and there and record.listable
    if not alive or record.scope != moment.scope or history.may_have_gone(record):
        return False
    if moment.started is not None and record.until > moment.started:
        return False
    if resource.parent and not fold(record.key).startswith(fold(moment.variables.get(resource.parent, "")) + "/"):
        return False
    if member:
        project = record.known.get(member)
        if not isinstance(project, str) or project != moment.variables.get(touch.id, "").lower():
            return False
    text = moment.query.get("filter")
    if text is not None:
        parsed = _filter(moment, text)
        if parsed is None or record.entity is None or parsed.matches(record.entity, _VOLATILE) is not True:
            return False
    for name in ("language", "locale"):
        if name in moment.query and at(record.entity, "/" + name) != moment.query[name]:
            return False
    return True


def _filter(moment: Moment, text: str) -> Filter | None:
    try:
        return parse(text, moment.operation.filterable)
    except FilterError:
        return None


def skip(rule: Rule, history: History) -> ExchangeLaw:
    """``list.skip``: after a list was read whole, a page after skipping n holds no more than what is left.

    Undecided where the page has what was not in that list: some come by themselves, as files and copies do.
    """
    totals: dict[Any, tuple[int, dict[str, int]]] = {}

    def judge(moment: Moment, touch: Touch, walk: Walk, keys: list[str]) -> Outcome:
        writes = history.writes.get(touch.resource, 0)
        about = (moment.url.partition("?")[0], moment.scope, moment.query.get("filter", ""))
        asked = whole(moment.query.get("skip") or "0")
        known = totals.get(about)
        if walk.from_start and walk.done and not walk.disturbed:
            if len(totals) > _MOST_WALKS:
                totals.clear()
            totals[about] = (writes, walk.keys)
        if not asked or known is None:
            return None
        version, listed = known
        total, grown = len(listed), any(fold(key) not in listed for key in keys)
        if version != writes or grown or "status" in about[2] or "DateTime" in about[2]:
            return UNSURE
        left = max(0, total - asked)
        if len(keys) <= left:
            return HOLDS
        message = f"of {total} entities, {asked} were to be skipped"
        return Breach(rule.id, message, f"at most {left}", f"{len(keys)} entities", touch.at[0])

    return _law(rule, history, judge)


def filtered(rule: Rule, history: History) -> ExchangeLaw:
    """``list.filter``: every entity in the answer matches the filter that was asked for."""

    def judge(moment: Moment, touch: Touch, walk: Walk, keys: list[str]) -> Outcome:
        text = moment.query.get("filter")
        if text is None:
            return None
        parsed = _filter(moment, text)
        if parsed is None:
            return UNSURE
        outcome: Outcome = None
        for place, entity in enumerate(items(moment, touch)):
            matches = parsed.matches(entity)
            if matches is False:
                message = f"{touch.resource} {keys[place]} does not match the filter"
                return Breach(rule.id, message, text, short(entity, 300), f"{touch.at[0]}/{place}")
            outcome = HOLDS if matches else outcome if outcome is HOLDS else UNSURE
        return outcome

    return _law(rule, history, judge)


def parameter(rule: Rule, history: History) -> ExchangeLaw:
    """``list.parameter``: every entity has the value that the query parameter `name` asked for at `field`."""
    name, pointer = rule.args["name"], rule.args["field"]

    def judge(moment: Moment, touch: Touch, walk: Walk, keys: list[str]) -> Outcome:
        asked = moment.query.get(name)
        if not asked:
            return None
        outcome: Outcome = None
        for place, entity in enumerate(items(moment, touch)):
            value = at(entity, pointer)
            if isinstance(value, str) and value.casefold() != asked.casefold():
                message = f"{touch.resource} {keys[place]} is not of {name} {asked}"
                return Breach(rule.id, message, asked, short(value), f"{touch.at[0]}/{place}{pointer}")
            outcome = HOLDS
        return outcome

    return _law(rule, history, judge)


def member(rule: Rule, history: History) -> ExchangeLaw:
    """``list.member``: every entity of a sub-list refers, at `field`, to the resource whose sub-list it is."""
    pointer = rule.args["field"]

    def judge(moment: Moment, touch: Touch, walk: Walk, keys: list[str]) -> Outcome:
        owner = moment.variables.get(touch.id, "").lower()
        outcome: Outcome = None
        for place, entity in enumerate(items(moment, touch)):
            url = at(entity, pointer)
            if not isinstance(url, str):
                continue
            if id_of(url).lower() != owner:
                message = f"{touch.resource} {keys[place]} belongs to another"
                return Breach(rule.id, message, owner, short(url), f"{touch.at[0]}/{place}{pointer}")
            outcome = HOLDS
        return outcome

    return _law(rule, history, judge)


def grammar(rule: Rule, history: History) -> ExchangeLaw:
    """``filter.grammar``: the filter that a client sends is within the documented grammar, as to `fault`."""
    fault = rule.args["fault"]

    def law(moment: Moment) -> Outcome:
        text = moment.query.get("filter")
        if text is None or not moment.operation.filterable:
            return None
        try:
            parse(text, moment.operation.filterable)
        except FilterError as error:
            if error.fault == "silent":
                return UNSURE
            return Breach(rule.id, f"in the filter, {error}", error.allowed, text) if error.fault == fault else None
        return HOLDS

    return law


LAWS = {
    "list.top": top,
    "list.next.progress": next_progress,
    "list.next.keeps": next_keeps,
    "list.unique": unique,
    "list.repeat": repeat,
    "list.complete": complete,
    "list.skip": skip,
    "list.filter": filtered,
    "list.parameter": parameter,
    "list.member": member,
    "filter.grammar": grammar,
}
