"""Lines that an exporter or a server wrote about the chat: what they are about, in the words of their kind."""

import re
from typing import Final

from assay.readers.records import SystemNotice

KINDS: Final = (
    (SystemNotice.DELETED, r"delet|remov(?:ed)?_message|tombstone|redact|revoked|\brm$"),
    (SystemNotice.PINNED, r"pin"),
    (SystemNotice.CALL, r"call|huddle|voip|meeting|jitsi|room_created|video"),
    (
        SystemNotice.JOINED,
        r"join|\bpart\b|parts?$|quit|leave|left|invite|kick|ban\b|member|add|remove|guest|\bau$|\buj$|\bul$|\bru$|nick",
    ),
    (
        SystemNotice.CHANNEL,
        r"topic|mode|rename|archiv|name|purpose|header|channel|convert|group|room|icon|subject|photo|privacy"
        r"|boost|thread|settings|retention|encrypt|theme|ttl|integration|app_|bot_",
    ),
)
PATTERNS: Final = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in KINDS)


def of_kind(name: str) -> SystemNotice | None:
    """What a technical name such as `channel_join` is about; None where it says nothing."""
    return next((kind for kind, pattern in PATTERNS if pattern.search(name)), None)


WORDS: Final = (
    (
        SystemNotice.ENCRYPTION,
        r"end-to-end|de extremo a extremo|de ponta a ponta|Ende-zu-Ende|bout en bout"
        r"|crittografat|end-to-end-?versleuteld"
        r"|security code|código de seguridad|Sicherheitsnummer|code de sécurité"
        r"|сквозн|шифрован|uçtan uca|الطرفين|şifre",
    ),
    (
        SystemNotice.DELETED,
        r"\bdeleted\b|eliminad[oa]|eliminaste|apagad[oa]|apagou|gelöscht|supprimé|eliminato|verwijderd|удален|видален|silindi|silin"
        r"|usuni|togs bort|dihapus|smazán|حذف|削除",
    ),
    (SystemNotice.CALL, r"\bcall(?:ed)?\b|llamada|ligação|chamada|anruf|appel|chiamata|oproep|звонок|arama"),
    (SystemNotice.PINNED, r"\bpinned\b|angepinnt|fijó|fixou|épinglé"),
    (
        SystemNotice.JOINED,
        r"\b(?:added|joined|left|quit|removed|kicked|banned|invited|now known as|joins?|parts?|quits?|parted|was added"
        r"|now talking|nick change|enter|leave)\b"
        r"|hinzugefügt|beigetreten|verlassen|entfernt|añadi|agreg|se unió|salió|eliminó|adicion|entrou"
        r"|saiu|ajouté|rejoint|quitté|aggiunt|toegevoegd|добавил|вышел|eklendi|ayrıldı|katıldı",
    ),
    (
        SystemNotice.CHANNEL,
        r"\b(?:mode|topic|subject|changed|created group|created the group|group name|description|icon|settings)\b"
        r"|disappearing messages"
        r"|geändert|cambi|alterou|mudou|modifié|creó|erstellt|criou|créé|изменил",
    ),
)
WORD_PATTERNS: Final = tuple((kind, re.compile(words, re.IGNORECASE)) for kind, words in WORDS)
MAX_JUDGED: Final = 300


def of_words(text: str) -> SystemNotice:
    """What a notice in the words of a person's language is about."""
    head = text[:MAX_JUDGED]
    return next((kind for kind, pattern in WORD_PATTERNS if pattern.search(head)), SystemNotice.UNSUPPORTED)
