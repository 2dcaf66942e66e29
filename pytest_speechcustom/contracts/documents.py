"""The documents that the contracts are read from, by the ids that rules, schemas and errata cite.

`url` and `date` are given only where they are known for certain; a document without a `source_file` is
a companion page that is not kept beside the project.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Document:
    """One document.

    `services` are the contracts that may cite it. `source_file` names the file in the folder of source
    documents. `date` is the document's own date or version, as precise as it is known.
    """

    id: str
    title: str
    services: tuple[str, ...]
    url: str | None = None
    source_file: str | None = None
    date: str | None = None


_VIDEO_INDEXER = ("video-indexer",)
_AZURE_25 = ("azure-speech-2025-10-15",)
_AZURE_31 = ("azure-speech-v3.1",)
_AZURE = (*_AZURE_31, *_AZURE_25)
_CLOUD = ("watson-stt-cloud",)
_ICP = ("watson-stt-icp",)
_WATSON = (*_CLOUD, *_ICP)

_SPECS = (
    "https://github.com/Azure/azure-rest-api-specs/blob/main/"
    "specification/cognitiveservices/data-plane/Speech/SpeechToText/stable/"
)

_ALL = (
    Document(
        "AZ25",
        "Azure Speech-to-text REST reference: Models - List Custom Models",
        _AZURE_25,
        source_file="004_68852ecc85370417.txt",
        date="2025-10-15",
    ),
    Document(
        "AZ31",
        "Azure Speech service: train a Custom Speech model",
        _AZURE_31,
        source_file="001_b21868b93720c6b8.txt",
        date="2022-11-29",
    ),
    Document(
        "SWAGGER25",
        "Azure Speech-to-text, OpenAPI 2.0 document of 2025-10-15",
        _AZURE_25,
        url=_SPECS + "2025-10-15/speechtotext.json",
        date="2025-10-15",
    ),
    Document(
        "SWAGGER31",
        "Azure Speech-to-text, OpenAPI 2.0 document of v3.1",
        _AZURE_31,
        url=_SPECS + "v3.1/speechtotext.json",
    ),
    Document("AZQUOTAS", "Azure Speech service: quotas and limits", _AZURE),
    Document("AZLIFECYCLE", "Azure Speech service: model and endpoint lifecycle", _AZURE),
    Document("AZMIGRATE", "Azure Speech service: migration guides between versions of the REST API", _AZURE),
    Document("AZTRAIN", "Azure Speech service: train a Custom Speech model, later revisions of AZ31", _AZURE),
    Document("AZWILD", "Azure Speech-to-text as seen in public issues and clients", _AZURE),
    Document(
        "ICP18",
        "IBM Watson Speech to Text on IBM Cloud Private: managing custom acoustic models",
        _ICP,
        source_file="002_28c7375b868f3aa1.txt",
        date="2018-10-27",
    ),
    Document(
        "IBM20",
        "IBM Watson Speech to Text on IBM Cloud: creating a custom acoustic model",
        _CLOUD,
        source_file="003_ba62ca1399073e0b.txt",
        date="2020-03-31",
    ),
    Document("SDK", "Python package ibm-watson 11.2.0: docstrings and types", _WATSON),
    Document("NODE", "npm package ibm-watson 12.2.0: documentation and types", _WATSON),
    Document("UT", "Python package ibm-watson: its own unit tests", _WATSON),
    Document("D20", "Sibling pages of IBM20 in early 2020", _WATSON, date="2020"),
    Document("D25", "Sibling pages of IBM20 in 2025", _WATSON, date="2025"),
    Document("ICPDOC", "Sibling pages of ICP18 in 2018", _ICP, date="2018"),
    Document("RN", "IBM Watson Speech to Text: release notes", _WATSON),
    Document("WILD", "IBM Watson Speech to Text as seen in public issues and clients", _WATSON),
    Document(
        "VI",
        "Azure AI Video Indexer: customize a speech model with the API",
        _VIDEO_INDEXER,
        source_file="000_cc48ce3b818bbf9c.txt",
        date="2023-03-06",
    ),
    Document("VISDK", "VideoIndexerSDK: a third-party client in C#", _VIDEO_INDEXER),
    Document("OAS22", "Azure Video Indexer: OpenAPI 3.0.1 document of the siblings", _VIDEO_INDEXER, date="2022-06"),
    Document("VIWEB", "Azure AI Video Indexer: pages about the website, limits and accounts", _VIDEO_INDEXER),
)

DOCUMENTS: Mapping[str, Document] = {document.id: document for document in _ALL}
"""Every document that a contract cites, by its id."""
