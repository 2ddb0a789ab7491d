"""The icon and the colour of a topic: the same name always looks the same."""

import hashlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from assay.ai.rules.vectors import VectorCache
from assay.kinds import TOPIC_COLORS, TOPIC_ICONS, folded

ICON_MEANINGS: Final[Mapping[str, str]] = MappingProxyType({
    "book": "documentation, manual, wiki, knowledge, guide",
    "bug": "bug, crash, error, failure, defect",
    "calendar": "schedule, deadline, date, meeting, release plan",
    "chart": "metrics, analytics, report, statistics, performance",
    "cloud": "cloud, hosting, infrastructure, deployment, kubernetes",
    "code": "source code, programming language, library, API, framework",
    "cube": "component, module, architecture, hardware, device",
    "database": "database, SQL, storage, migration, backup, index",
    "flask": "experiment, testing, quality assurance, research",
    "gear": "configuration, settings, build, automation, pipeline",
    "globe": "website, browser, language, translation, domain, network",
    "key": "login, authentication, password, token, access",
    "lightbulb": "idea, proposal, design, insight",
    "link": "integration, webhook, connection, URL",
    "lock": "security, privacy, permission, encryption, compliance",
    "message": "chat, e-mail, notification, support, feedback",
    "package": "package, dependency, release artifact, shipping, installation",
    "people": "team, customers, hiring, onboarding, community, roles",
    "rocket": "launch, release, growth, startup, speed",
    "tag": "pricing, billing, payment, label, category, version",
})  # fmt: skip


def icon_texts() -> list[str]:
    return list(ICON_MEANINGS.values())


def icon_for(description: str, vectors: VectorCache) -> str:
    """The icon whose meaning is nearest."""
    vector = vectors.of(description)
    return max(TOPIC_ICONS, key=lambda icon: float(vectors.of(ICON_MEANINGS[icon]) @ vector))


def color_for(name: str) -> str:
    digest = hashlib.blake2b(folded(name).encode(), digest_size=4).digest()
    return TOPIC_COLORS[int.from_bytes(digest) % len(TOPIC_COLORS)]
