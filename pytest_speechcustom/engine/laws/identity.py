"""Laws about what an entity is, and stays: its id and URL, its links, what never changes, what is gone."""

from __future__ import annotations

import re
from urllib.parse import unquote

from pytest_speechcustom.engine.breach import Breach
from pytest_speechcustom.engine.history import History, Sight, same
from pytest_speechcustom.engine.laws.outcome import HOLDS, UNSURE, EntityLaw, Outcome
from pytest_speechcustom.engine.laws.subject import as_text, losses
from pytest_speechcustom.engine.text import at, path_of, short
from pytest_speechcustom.values import ABSENT, Rule


def fixed(rule: Rule, history: History) -> EntityLaw:
    """``field.fixed``: the `fields` (pointers) of a resource never change. Lists are judged by ``list.same``."""
    fields = [f for f in history.contract.resources[rule.args["resource"]].fixed if f.pointer in rule.args["fields"]]
    only_lost = losses(rule, history)

    def law(sight: Sight) -> Outcome:
        if sight.touch.role == "list":
            return None
        outcome: Outcome = None
        for field in fields:
            before = sight.record.fixed.get(field.pointer, ABSENT)
            if before is ABSENT:
                continue
            now = sight.read(field)
            if now is ABSENT:
                continue
            if same(field, before, now):
                outcome = HOLDS
            elif only_lost(before, now, sight):
                outcome = outcome or UNSURE
            else:
                message = f"{field.pointer[1:]} of {sight.record.name} changed, and nothing may change it"
                return Breach(rule.id, message, as_text(before), as_text(now), sight.pointer + field.pointer)
        return outcome

    return law


def self_url(rule: Rule, history: History) -> EntityLaw:
    """``identity.url``: the URL at `field` is that of the resource (its `path`), with the id that was asked for."""
    resource = history.contract.resources[rule.args["resource"]]
    pointer = rule.args.get("field", "/self")
    ending = re.compile(re.sub(r"\\\{[^}]*\\\}", "([^/]+)", re.escape(resource.path)) + "/?$")

    def law(sight: Sight) -> Outcome:
        url = at(sight.entity, pointer)
        if not isinstance(url, str):
            return None
        match = ending.search(path_of(url))
        wanted = "" if sight.touch.role in ("create", "list") else sight.record.key
        wanted = wanted.rsplit("/", 1)[-1] if resource.parent else wanted
        if match and (not wanted or match.group(1).lower() == wanted.lower()):
            return HOLDS
        message = f"{pointer[1:]} is not the location of {sight.record.name if wanted else 'a ' + resource.name}"
        allowed = "…" + (re.sub(r"\{[^}]*\}", wanted, resource.path) if wanted else resource.path)
        return Breach(rule.id, message, allowed, short(url), sight.pointer + pointer)

    return law


def own_id(rule: Rule, history: History) -> EntityLaw:
    """``identity.property``: the property that names the resource is the id that was asked for.

    With `place`, only for an entity that stands at this pointer of the answer.
    """
    resource = history.contract.resources[rule.args["resource"]]
    place = rule.args.get("place")

    def law(sight: Sight) -> Outcome:
        said = sight.entity.get(resource.identity)
        if sight.touch.role in ("create", "list") or not isinstance(said, str):
            return None
        if place is not None and sight.pointer != place:
            return None
        wanted = sight.record.key.partition("/")[2] if resource.parent else sight.record.key
        if said.lower() == wanted.lower():
            return HOLDS
        message = f"the answer for {sight.record.name} names another {resource.name}"
        return Breach(rule.id, message, short(wanted), short(said), f"{sight.pointer}/{resource.identity}")

    return law


def gone(rule: Rule, history: History) -> EntityLaw:
    """``deleted.gone``: what was deleted is not shown any more; with `cleared`, what another call removed.

    The answer to a call that should have been refused is left to ``deleted.refused``, where that has the call.
    """
    how_gone = rule.id if rule.args.get("cleared") else ""
    refusals = [one for one in history.contract.rules.values() if one.law == "deleted.refused"]
    kind = rule.args["resource"]
    elsewhere = {call for one in refusals if one.args["resource"] == kind for call in one.args["operations"]}

    def law(sight: Sight) -> Outcome:
        record = sight.record
        if record.deleted is None or sight.touch.role == "create" or record.deleted_rule != how_gone:
            return None
        if sight.moment.operation.id in elsewhere:
            return None
        if sight.unordered:
            return UNSURE
        how = "listed" if sight.touch.role == "list" else "returned"
        message = f"{record.name} is {how} although exchange {record.deleted} deleted it"
        return Breach(
            rule.id, message, "an error, and no place in lists", f"status {sight.moment.status}", sight.pointer
        )

    return law


def carries(rule: Rule, history: History) -> EntityLaw:
    """``links.query``: the URLs at `fields` keep the query parameter `name` of the request."""
    pointers, name = tuple(rule.args["fields"]), rule.args["name"]
    carrying = re.compile(rf"[?&]{re.escape(name)}=([^&#]+)")

    def law(sight: Sight) -> Outcome:
        outcome: Outcome = None
        asked = sight.moment.query.get(name)
        for pointer in pointers:
            url = at(sight.entity, pointer)
            if not isinstance(url, str):
                continue
            found = carrying.search(url)
            if found and asked in (None, found.group(1)):
                outcome = HOLDS
                continue
            message = f"{pointer[1:]} of {sight.record.name} lost or changed the query parameter {name}"
            return Breach(rule.id, message, f"…?{name}={asked or '…'}", short(url), sight.pointer + pointer)
        return outcome

    return law


def own_links(rule: Rule, history: History) -> EntityLaw:
    """``links.own``: the URLs at `links` (pointer, what follows the resource's own path) are those of the resource."""
    resource = history.contract.resources[rule.args["resource"]]
    links = tuple(rule.args["links"])
    before, _, after = re.sub(r"\{[^}]*\}", "*", resource.path).partition("*")

    def law(sight: Sight) -> Outcome:
        outcome: Outcome = None
        own = f"{before}{sight.record.key}{after}"
        for pointer, more in links:
            url = at(sight.entity, pointer)
            if not isinstance(url, str):
                continue
            path = path_of(url)
            if path.endswith(own + more) or unquote(path).lower().endswith((own + more).lower()):
                outcome = HOLDS
                continue
            message = f"{pointer[1:]} of {sight.record.name} leads somewhere else"
            return Breach(rule.id, message, f"…{own}{more}", short(url), sight.pointer + pointer)
        return outcome

    return law


LAWS = {
    "field.fixed": fixed,
    "identity.url": self_url,
    "identity.property": own_id,
    "deleted.gone": gone,
    "links.query": carries,
    "links.own": own_links,
}
