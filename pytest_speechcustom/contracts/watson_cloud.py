"""`watson-stt-cloud`: custom acoustic models of Watson Speech to Text on the public cloud, 2020-03-31."""

from __future__ import annotations

from pytest_speechcustom.contracts.watson import Flavour, tables
from pytest_speechcustom.values import Source


def _said(lines: str, *mentions: str) -> Source:
    return Source("IBM20", lines, mentions)


TABLES = tables(
    Flavour(
        operations=_said("lines 44-297", "POST /v1/acoustic_customizations"),
        states=_said("lines 262-271", "pending", "ready", "training", "available", "upgrading", "failed"),
        pending=_said("line 264", "pending"),
        ready=_said("line 265", "ready"),
        training=_said("line 268", "training"),
        available=_said("line 269", "available", "100"),
        upgrading=_said("line 270", "upgrading"),
        failed=_said("line 271", "failed"),
        create=_said("lines 51-88", "base_model_name"),
        listing=Source("D20", "Listing custom acoustic models"),
        language=Source("SDK", "list_acoustic_models"),
        versions=Source("D20", "Listing custom acoustic models"),
        progress=_said("lines 262-271", "progress", "100"),
        reaches_100=("training",),
        reset=Source("D20", "Resetting a custom acoustic model"),
        delete=Source("D20", "Deleting a custom acoustic model"),
        created=_said("lines 246-258", "created"),
        identity=_said("line 102", "customization_id"),
        metadata=Source("D20", "Resetting a custom acoustic model"),
        audio_states=_said("lines 157-161", "ok", "being_processed", "invalid"),
        size=_said("line 150", "100 MB"),
        amount=_said("line 150", "10 minutes", "200 hours"),
        archive_invalid=_said("line 161", "archive"),
        overwrite=_said("line 144", "allow_overwrite"),
        upgrade_resumes=Source("D20", "Upgrading a custom acoustic model"),
        refusal_fails=_said("lines 282-290", "400", "failed"),
        conflict=_said("line 280", "409"),
        adding_while_training=_said("line 236", "200"),
        strict=_said("line 231", "strict"),
        updated=_said("line 250", "updated"),
        count=_said("line 49", "1024"),
    )
)
