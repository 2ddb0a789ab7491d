"""WhatsApp: the text that the app exports, alone or in its zip."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import PurePosixPath
from typing import Final

from assay.errors import InvalidInput
from assay.lines import Line
from assay.readers import notices, stamps
from assay.readers.export import Export, default_name
from assay.readers.identity import Places
from assay.readers.logs import DIRECTION_MARKS, SPACES, Judged, LogReader, Speech
from assay.readers.reader import CERTAIN, NO, POSSIBLE, Glance, Look, Reader
from assay.readers.records import MAX_NAME, Found, IncomingMessage, Skipped, SystemNotice
from assay.readers.tree import ExportFile

NAME: Final = re.compile(
    r"(?:WhatsApp[ -]Chatt?|Chat de WhatsApp|Conversa do WhatsApp|Discussion WhatsApp|C(?:h|z)at WhatsApp|Чат WhatsApp)"
    r" ?(?:with|mit|med|con|com|avec|met|с контактом|с|z|-) ?(?P<name>.+)",
    re.IGNORECASE,
)
UNNAMED: Final = "_chat.txt"
MARK: Final = "\u200e"
"""What the app writes in front of its own words, whatever the language."""
EDITED: Final = re.compile(
    r"\s*(?:\u200e<[^<>\n]{3,60}>"
    r"|<(?:This message was edited|Se editó este mensaje\.?|Diese Nachricht wurde bearbeitet\.?"
    r"|Ce message a été modifié\.?|Mensagem editada|Questo messaggio è stato modificato\.?|Dit bericht is bewerkt\.?"
    r"|Сообщение изменено|Bu mesaj düzenlendi|Повідомлення змінено|Meddelandet har redigerats|Wiadomość edytowana"
    r"|Pesan ini diedit|Tato zpráva byla upravena|تم تعديل هذه الرسالة)>)\s*$"
)
ATTACHED: Final = re.compile(
    r"\s*\u200e?(?:"
    r"<(?:attached|adjunto|angehängt|anexado|anexo|pièce jointe|allegato|bijgevoegd|Anhang)\s?:[^<>\n]{1,200}>"
    r"|[^\s<>]+\.\w{2,5} \((?:file attached|archivo adjunto|Datei angehängt|arquivo anexado|fichier joint|file allegato"
    r"|bestand bijgevoegd|файл добавлен|dosya ekli|الملف مرفق)\)"
    r"|(?:IMG|VID|AUD|PTT|STK|DOC)-\d{8}-WA\d{1,6}\.\w{2,5} \([^()\n]{3,40}\))",
    re.IGNORECASE,
)
OMITTED: Final = re.compile(
    r"<(?=[^<>]*[^<>\x21-\x7e])[^<>\n/=]{3,60}>"
    r"|(?:image|video|audio|sticker|GIF|document|Contact card|imagen|vídeo|video|Bild|Audio|imagem|figurinha|image)"
    r" (?:omitted|omitid[oa]|weggelassen|ocultad[oa]|absente?|omess[oa])|null",
    re.IGNORECASE,
)
DELETED: Final = re.compile(
    r"(?:This message was deleted|You deleted this message|Se eliminó este mensaje|Eliminaste este mensaje"
    r"|Este mensaje fue eliminado|Diese Nachricht wurde gelöscht|Du hast diese Nachricht gelöscht|Mensagem apagada"
    r"|Essa mensagem foi apagada|Você apagou esta mensagem|Ce message a été supprimé|Vous avez supprimé ce message"
    r"|Questo messaggio è stato eliminato|Hai eliminato questo messaggio|Dit bericht is verwijderd"
    r"|Данное сообщение удалено|Вы удалили данное сообщение|Bu mesaj silindi|Bu mesajı sildiniz"
    r"|Це повідомлення було видалено|Ви видалили це повідомлення|Ta wiadomość została usunięta|Usunięto tę wiadomość"
    r"|Det här meddelandet togs bort|Du tog bort det här meddelandet|Pesan ini telah dihapus|Anda menghapus pesan ini"
    r"|Tato zpráva byla smazána|تم حذف هذه الرسالة|لقد حذفتَ هذه الرسالة|このメッセージは削除されました)[.。]?",
    re.IGNORECASE,
)
NOT_THERE: Final = re.compile(
    r"(?:Waiting for this message|Esperando este mensaje|Esperando el mensaje|Warte auf diese Nachricht"
    r"|Aguardando mensagem|A aguardar esta mensagem|En attente de ce message|In attesa del messaggio"
    r"|Wachten op dit bericht|Ожидание данного сообщения|Bu mesaj bekleniyor)\.[^.]{0,60}\.?",
    re.IGNORECASE,
)
"""What stands in the place of a message that the phone has not got."""
CALLED: Final = re.compile(
    r"(?:Missed (?:group )?(?:voice|video) call|Llamada perdida|Videollamada perdida|Verpasster (?:Sprach|Video)anruf"
    r"|Chamada de (?:voz|vídeo) perdida|Ligação de (?:voz|vídeo) perdida|Appel (?:vocal|vidéo) manqué"
    r"|Chiamata persa|Videochiamata persa|Gemiste (?:spraak|video)oproep|Пропущенный (?:аудио|видео)звонок)\.?",
    re.IGNORECASE,
)
BARE: Final = ((NOT_THERE, SystemNotice.UNSUPPORTED), (CALLED, SystemNotice.CALL))
MEDIA_WORDS: Final = re.compile(
    r"omit|omis|weggelass|ausgeschloss|ocult|absent|omess|weggelat|attach|adjunt|angehängt|anex|joint|allegat|bijgevoegd"
    r"|\.\w{3,4}$|image|video|audio|sticker|gif|document",
    re.IGNORECASE,
)
MAX_SPEAKER: Final = 80
MAX_BARE: Final = 80
"""Characters of what the app says itself of a message that was deleted or left out, without brackets."""
MAX_BACK: Final = timedelta(days=1)
"""A stamp that is earlier than the one before by more is part of somebody's words."""


def sniff(look: Look) -> int:
    return look.best(_judge)


def _judge(glance: Glance) -> int:
    lines = glance.lines
    heads = [stamps.head_of(stamps.without_marks(line)) for line in lines]
    found = [stamp for head in heads if (stamp := stamps.CHAT.match(head)) and _is_theirs(stamp, head)]
    if not found:
        return NO
    share = len(found) / len(lines)
    return CERTAIN if share > 0.5 else 80 if share > 0.2 else POSSIBLE


def _is_theirs(stamp: re.Match[str], head: str) -> bool:
    """Not a stamp of other logs, which write days as 2026-03-02 without a comma, or nicks in brackets."""
    if head[stamp.end() :].lstrip().startswith("<") and "omit" not in head:
        return False
    iso_without_comma = (
        stamp.group().startswith("[") and stamp.groupdict()["y_mark"] == "-" and "," not in stamp.group()
    )
    return not iso_without_comma


def read(export: Export) -> Iterator[Found]:
    members = [each for each in export.tree.members if _is_chat(export, each)]
    order = stamps.order_of(export, members, stamps.CHAT)
    places = Places()
    for member in members:
        judge = _Judge(export, order)
        finish = _Finish(places)
        yield from LogReader(export, member, _channel(export, member), judge, finish).read()


def _is_chat(export: Export, member: ExportFile) -> bool:
    texts = stamps.sampled(export, member, 50)
    return any(stamps.CHAT.match(stamps.head_of(stamps.without_marks(text))) for text in texts)


def _channel(export: Export, member: ExportFile) -> str:
    """The name of the chat, which no line of it says."""
    if export.options.channel:
        return export.options.channel
    for name in (member.name, *PurePosixPath(member.folder).parts[::-1], export.tree.path.name):
        if found := NAME.match(re.sub(r"(?:\.(?:txt|zip))+$", "", name)):
            return found["name"].strip()[:MAX_NAME]
    if export.tree.is_single and member.name == UNNAMED:
        raise InvalidInput(f"{export.tree.name} does not say which chat it is: name it with --channel NAME.")
    return PurePosixPath(member.path).stem if _has_siblings(export, member) else default_name(export.tree.path)


def _has_siblings(export: Export, member: ExportFile) -> bool:
    return not export.tree.is_single and member.name != UNNAMED and len(export.tree.members) > 1


@dataclass(slots=True)
class _Judge:
    export: Export
    order: str | None
    last: datetime | None = None
    names: set[str] = field(default_factory=set)

    def __call__(self, line: Line) -> Judged:
        text = stamps.without_marks(line.text)
        head = stamps.head_of(text)
        stamp = stamps.CHAT.match(head)
        if stamp is None:
            return None
        moment = stamps.moment(self.export, stamp, self.order)
        if self.last and moment < self.last - MAX_BACK:
            return None
        self.last = max(moment, self.last or moment)
        return self._spoken(moment, text[stamp.end() :].lstrip(" \u202f\u00a0"))

    def _spoken(self, moment: datetime, rest: str) -> Speech | Skipped:
        name, words = self._split(rest)
        if name is None:
            return Skipped(notices.of_words(rest))
        if words.startswith(MARK) and (kind := _own_words_of_the_app(words)) is not SystemNotice.DELETED:
            return Skipped(kind)
        self.names.add(name)
        return Speech(moment, name, words)

    def _split(self, rest: str) -> tuple[str | None, str]:
        """Author and words: up to the first colon, or the longest name that was seen before."""
        best: tuple[str | None, str] = (None, rest)
        at = -1
        for _ in range(4):
            at = rest.find(":", at + 1, MAX_NAME)
            if at < 0:
                break
            if rest[at + 1 : at + 2] not in ("", " ", MARK, "\u00a0"):
                continue
            name = _clean(rest[:at])
            if (best[0] is None and _is_name(name)) or name in self.names:
                best = name, rest[at + 1 :].removeprefix(" ")
        return best


def _clean(name: str) -> str:
    return name.translate(SPACES).strip(DIRECTION_MARKS + "~ ")


def _is_name(name: str) -> bool:
    return 0 < len(name) <= MAX_SPEAKER and not any(mark in name for mark in '"“„«')


def _own_words_of_the_app(words: str) -> SystemNotice:
    kind = notices.of_words(words)
    return SystemNotice.MEDIA if kind is SystemNotice.UNSUPPORTED and MEDIA_WORDS.search(words[:100]) else kind


@dataclass(slots=True)
class _Finish:
    places: Places

    def __call__(self, message: IncomingMessage) -> Found:
        named = self.places.named(message)
        text = message.text.strip()
        if text.startswith(MARK):
            return Skipped(SystemNotice.DELETED, named.external_id)
        if "<" not in text and "(" not in text and len(text) > MAX_BARE:
            return named
        is_edit = EDITED.search(text) is not None
        text = EDITED.sub("", text)
        rest = ATTACHED.sub("", text).strip()
        if DELETED.fullmatch(text.strip(MARK)):
            return Skipped(SystemNotice.DELETED, named.external_id)
        if kind := next((kind for words, kind in BARE if words.fullmatch(text)), None):
            return Skipped(kind)
        if OMITTED.fullmatch(rest.strip(MARK)) or (not rest and text):
            return Skipped(SystemNotice.MEDIA)
        if not rest:
            return Skipped(SystemNotice.EMPTY)
        return replace(named, text=rest, is_edit=is_edit)


READER: Final = Reader("whatsapp", "WhatsApp chat", sniff, read)
