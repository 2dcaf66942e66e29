"""`watson-stt-icp`: custom acoustic models of Watson Speech to Text on IBM Cloud Private, 2018-10-27."""

from __future__ import annotations

from pytest_speechcustom.contracts.watson import Flavour, tables
from pytest_speechcustom.values import Source


def _said(lines: str, *mentions: str) -> Source:
    return Source("ICP18", lines, mentions)


_ADD = Source("ICPDOC", "acoustic-create, Add audio to the custom acoustic model")

TABLES = tables(
    Flavour(
        operations=_said("lines 23-32", "POST /v1/acoustic_customizations"),
        states=_said("lines 53-60", "pending", "ready", "training", "available", "upgrading", "failed"),
        pending=_said("line 55", "pending"),
        ready=_said("line 56", "ready"),
        training=_said("line 57", "training"),
        available=_said("line 58", "available"),
        upgrading=_said("line 59", "upgrading"),
        failed=_said("line 60", "failed"),
        create=Source("ICPDOC", "acoustic-create, Create a custom acoustic model"),
        listing=_said("lines 37-51", "language"),
        language=_said("line 39", "language"),
        versions=_said("line 51", "versions"),
        progress=_said("line 62", "progress", "100", "available"),
        reset=_said("line 144", "reset"),
        delete=_said("line 160", "DELETE"),
        created=_said("line 45", "created"),
        identity=_said("line 44", "customization_id"),
        metadata=_said("line 144", "name", "language"),
        audio_states=_ADD,
        size=_ADD,
        amount=_ADD,
        archive_invalid=_ADD,
        overwrite=Source("SDK", "add_audio"),
        upgrade_resumes=Source("ICPDOC", "custom-upgrade, Upgrading a custom acoustic model"),
        one_at_a_time=_ADD,
    )
)
