"""What is left open of Video Indexer can be said, and is judged by then."""

from __future__ import annotations

import pytest

from pytest_speechcustom.contracts import load
from pytest_speechcustom.engine.checker import Checker
from pytest_speechcustom.values import NO_BODY, Exchange, Request

BASE = "https://api.videoindexer.ai/trial/Accounts/00000000-0000-0000-0000-000000000000/Customization/Speech/datasets"
IN_QUERY, IN_HEADER = "?accessToken=any", (("Authorization", "Bearer any"),)


def broken(url: str, headers: tuple[tuple[str, str], ...], **parameters: object) -> set[str]:
    """The rules that a request breaks, of a client that has shown before that it has a token."""
    checker = Checker(load("video-indexer", parameters), side="client")
    checker.feed(Exchange(Request("GET", BASE + IN_QUERY, IN_HEADER, NO_BODY), None))
    checker.feed(Exchange(Request("GET", BASE + url, headers, NO_BODY), None))
    return {each.rule.partition("/")[2] for each in checker.report().findings}


@pytest.mark.parametrize(
    ("auth", "right", "wrong"),
    [
        ("any", [(IN_QUERY, ()), ("", IN_HEADER), (IN_QUERY, IN_HEADER)], [("", ())]),
        ("query", [(IN_QUERY, ())], [("", IN_HEADER), ("", ())]),
        ("bearer", [("", IN_HEADER)], [(IN_QUERY, ()), ("", ())]),
        ("both", [(IN_QUERY, IN_HEADER)], [(IN_QUERY, ()), ("", IN_HEADER), ("", ())]),
    ],
)
def test_where_the_token_stands(auth: str, right: list, wrong: list) -> None:  # type: ignore[type-arg]
    """`auth` says which of the two places will do."""
    assert [broken(url, headers, auth=auth) for url, headers in right] == [set()] * len(right)
    assert ["request.auth" in broken(url, headers, auth=auth) for url, headers in wrong] == [True] * len(wrong)


@pytest.mark.parametrize(
    ("parameter", "url"),
    [
        ("locale_filter", "?locale=en-US"),
        ("sas_validity", "/0c1dbb5e-f1c2-4a8e-b6ff-7e3b2b6d3a11/files?sasValidityInSeconds=60"),
    ],
)
def test_a_query_parameter_that_may_not_be_there(parameter: str, url: str) -> None:
    """It is as unknown as any other where the service has none."""
    assert broken(url, IN_HEADER) == set()
    assert broken(url, IN_HEADER, **{parameter: False}) == {"request.query.unknown"}
