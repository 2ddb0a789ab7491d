"""Orders given to whoever reads by machine: text that wants to steer a model instead of telling people something.

The patterns are written as people write and then made to look like `look` makes texts look: small Latin letters, no
accents. Between words stands one blank for any gap: a line break, a dash, an underscore, quotation marks.
"""

import re
from base64 import b64decode
from collections.abc import Iterator
from html import unescape
from itertools import islice
from typing import Final
from urllib.parse import unquote

from assay.text.homoglyphs import skeleton

READ: Final = 50_000
"""Characters of a text that are looked at, from each end."""
GAPS: Final = re.compile(r"[\s_\-*~`\"'«»‹›„“”‘’‐-―/\\|<>\[\](){}#]+")
LEET_WORD: Final = re.compile(r"(?<!\w)(?=[^\W\d]{0,40}\d)(?=\d{0,40}[^\W\d])\w{2,40}(?!\w)")
LEET_SIGN: Final = re.compile(r"(?<=\w)[@$!](?=[^\W\d])|(?<!\w)[@$](?=[^\W\d])")
LEET: Final = (str.maketrans("013457", "oieast"), str.maketrans("013457", "oleast"))
SIGNS: Final = {"@": "a", "$": "s", "!": "i"}
COMMENT: Final = re.compile(r"<!--(.*?)(?:-->|\Z)", re.DOTALL)
MARKUP: Final = re.compile(r"<!--.*?(?:-->|\Z)|</?[a-z][^<>]{0,200}>", re.DOTALL | re.IGNORECASE)
WRAPPED: Final = re.compile(r"(?<=[\w+/-]{40})\s{1,4}(?=[\w+/=-]{4})", re.ASCII)
ENCODED: Final = re.compile(r"[\w+/-]{16,}", re.ASCII)
HEX: Final = re.compile(r"(?:[0-9a-f]{2}){12,}", re.IGNORECASE)
URL_SAFE: Final = str.maketrans("-_", "+/")
MAX_ENCODED: Final = 50
"""Runs of a text that are decoded."""
SPACED: Final = re.compile(r"(?<!\w)(?:\w[ .]{1,2}){7,200}\w(?!\w)")

ANY: Final = r"(?:[\w.,]{1,30} ){0,4}"
"""A few words of whatever kind."""
NUMBER: Final = r"(?:[01]?[.,][\do]+|1|100|one|maximum|max)(?! ?(?:[.,]\d|\w))"
BEGINNING: Final = r"(?:^|[.,;:!?] {0,2}|(?:please|and|then|just|so|bitte|you (?:must|should|can|may)) )"
NOW: Final = (
    "(?:now|automatically|immediately|instantly|directly|at once|right away|straight away|without (?:any )?(?:human )?"
    "(?:review|check(?:s|ing)?|question(?:s)?)|as (?:an? )?(?:\\w+ )?(?:atom|topic|decision|fact|proposal|knowledge"
    "|approved))"
)
READER: Final = (
    "(?:ai|a\\.i\\.|llm|gpt|chatgpt|claude|gemini|copilot|language model|extractor|assistant|summari[sz]er"
    "|knowledge (?:bot|base|system))"
)

ENGLISH: Final = (
    f"(?:ignore|disregard|forget|override|bypass|skip) {ANY}"
    "(?:instructions?|prompts?|directives|directions|guidelines)",
    "(?:ignore|disregard|forget|override|bypass) (?:(?:all|any|the|your|my|these|those|of|previous|prior|above|earlier"
    "|preceding|existing|former|other|safety|system) ){0,4}(?:rules|commands|orders|policies)",
    "(?:ignore|disregard|forget) (?:everything|anything|all|what) (?:else |that )?(?:was |is |said |written |came |you "
    "(?:have been|were) )?(?:above|before|earlier|previously|told|prior)(?! \\d)",
    "(?:(?:do not|don t|don't|stop) follow(?:ing)?|pay no attention to) (?:all |any |the |of |your ){0,3}(?:previous"
    "|prior|earlier|above|existing|system|your) (?:instructions?|prompts?|rules|guidelines)",
    "(?:ignore|disregard) the (?:above|previous|foregoing)(?! \\w)",
    "system ?prompts?(?! (?:the|for|you|us|users?))(?!\\w)",
    "system:|system message|developer message|jailbreak mode|end of (?:system )?prompt",
    "you are (?:now )?(?:an? )?(?:\\w+ )?(?:ai|assistant|language model|extractor|llm)",
    "(?:new|updated|important|hidden|secret) instructions? (?:to|for) (?:the |any |all |this )?" + READER,
    f"(?:note|message|instructions?|attention|memo) (?:to|for) (?:the |any |all )?{READER}",
    f"(?:dear|hey|hi|hello|attention|ok|okay) (?:the )?{READER}",
    "confidence(?: (?:score|level|value|rating))?[ ,]{0,2}(?:(?:is|are|of|to|at|as|with|be|must be|should be|equals"
    f"|was) |[:=]{{1,2}} ?){{0,2}}{NUMBER}",
    f"(?:set|mark|give|use|assign|report|raise|put) {ANY}confidence(?! (?:threshold|interval|limit|bound|band))"
    f" (?:[\\w.,]{{1,30}} ){{0,3}}(?:[:=] ?)?{NUMBER}",
    "(?:approve|accept|merge|confirm|publish|extract|record|store|mark) (?:this|it|these|those|that|them|everything|all"
    f"|me|the (?:following|above)|every \\w+|all \\w+)(?: [\\w.,]{{1,30}}){{0,3}}?,? {NOW}",
    "auto(?:matically)? ?(?:approve|accept|merge|confirm) (?:this|it|these|those|that|everything|the following)",
    f"{BEGINNING}(?:approve|accept) (?:this|these|it|automatically|immediately|without review)",
    "must be (?:auto ?approved|approved (?:automatically|without review))(?: by (?:the )?(?:system|machine|ai))",
)
GERMAN: Final = (
    "(?:ignorier(?:e|t|en sie)|missachten? ?(?:sie)?|vergiss|vergesst|vergessen sie|ue?bergehe?|verwirf) "
    f"{ANY}"
    "(?:anweisung(?:en)?|instruktion(?:en)?|vorgaben?|befehle?|prompts?|aufforderung(?:en)?|(?:bisherigen?|vorherigen?"
    "|obigen?|fru?e?heren?|deine|alle) (?:regeln|richtlinien))",
    "(?:genehmige|bestae?tige|akzeptiere|ue?bernimm|nimm|genehmigen sie|bestae?tigen sie|akzeptieren sie) (?:das"
    "|dies\\w*|es|alles|sofort|automatisch)(?: [\\w.,]{1,30}){0,3}?(?: (?:automatisch|sofort|jetzt|direkt|umgehend|an"
    "|ohne (?:prue?fung|rue?ckfrage))|[.,:;!]|$)",
    "(?:gib|geben sie|winke) (?:das|dies\\w*|es|alles) (?:\\w{1,30} ){0,3}(?:frei|durch)",
    "(?:das|dies\\w*|es) (?:\\w{1,30} ){0,2}(?:sofort|automatisch|jetzt|direkt|umgehend|ohne prue?fung) (?:genehmigen"
    "|freigeben|ue?bernehmen|bestae?tigen|akzeptieren)(?:[.,:;!]|$)",
    "system ?(?:aufforderung|anweisung|eingabe)en?",
)
FRENCH: Final = (
    "(?:ignore[zr]?|oublie[zr]?|neglige[zr]?|ne (?:tiens|tenez) pas compte|fais abstraction|faites abstraction) "
    f"{ANY}(?:instructions?|consignes?|directives|ordres|invites?|regles (?:precedentes|ci dessus|anterieures))",
    "(?:approuve[zr]?|accepte[zr]?|valide[zr]?) (?:ceci|cela|ca|tout|immediatement|automatiquement|cette \\w{1,30}|ce "
    "\\w{1,30})|(?:approuve[zr]?|accepte[zr]?|valide[zr]?) (?:le|la) (?:\\w{1,30} ){0,2}(?:maintenant|automatiquement"
    "|immediatement|tout de suite|sans (?:verification|relecture|controle))",
    "(?:prompt|invite|instructions?|message) (?:du |de )?systeme",
)
SPANISH: Final = (
    "(?:ignora|ignorad|ignorar|ignore|ignoren|olvida|olvide|olviden|descarta|descarte|haz caso omiso de|haga caso omiso"
    f" de|no hagas caso (?:a|de)) {ANY}(?:instrucciones|indicaciones|ordenes|directrices|reglas anteriores)",
    "(?:aprueba|apruebe|aprueben|acepta|acepte|valida|valide|confirma) (?:esto|todo|automaticamente|inmediatamente"
    "|ahora|ya|sin revision|de inmediato|est[ea] \\w{1,30})|(?:apruebal[oa]|aceptal[oa]|validal[oa])",
    "(?:prompt|mensaje|instrucciones|indicaciones) (?:del|de|de el) sistema",
)
ITALIAN: Final = (
    "(?:ignora|ignorate|ignorare|ignori|dimentica|dimenticate|trascura|non considerare|non tenere conto) "
    f"{ANY}(?:istruzioni|indicazioni|direttive|ordini|regole precedenti)",
    "(?:approva|approvate|approvi|accetta|accettate|convalida) (?:questo|questa|cio|tutto|subito|automaticamente"
    "|immediatamente|ora|adesso|senza (?:revisione|verifica))|(?:approval[oa]|accettal[oa])",
    "(?:prompt|istruzioni|messaggio) (?:di|del) sistema",
)
PORTUGUESE: Final = (
    "(?:ignore|ignora|ignorem|ignorar|esqueca|esquece|esquecam|desconsidere|desconsidera) "
    f"{ANY}(?:instrucoes|orientacoes|diretrizes|diretivas|ordens|comandos|regras anteriores)",
    "(?:aprove|aprova|aprovem|aceite|aceita|valide) (?:isto|isso|tudo|est[ea] \\w{1,30}|ess[ea] \\w{1,30}"
    "|automaticamente|imediatamente|agora|ja|sem revisao)",
    "(?:prompt|mensagem|instrucoes) (?:do|de) sistema",
)
DUTCH: Final = (
    f"(?:negeer|negeren|vergeet|vergeten|sla) {ANY}(?:instructies?|opdrachten|aanwijzingen|bevelen|prompts?"
    "|(?:vorige|eerdere|bovenstaande) regels)",
    "keur (?:dit|deze|het|alles) (?:\\w{1,30} ){0,4}goed|(?:accepteer|bevestig|goedkeur) (?:dit|deze|alles|automatisch"
    "|direct|meteen|onmiddellijk|nu)",
    "systeem ?(?:prompt|instructies?|bericht)",
)
POLISH: Final = (
    f"(?:zignoruj|ignoruj|zignorujcie|ignorujcie|zignorowac|zapomnij(?: o)?|pomin|pomincie) {ANY}(?:instrukcj\\w{{1,4}}"
    "|polece\\w{2,6}|wytyczn\\w{1,4}|rozkaz\\w{1,4}|zasad\\w{0,3} powyzej)",
    "(?:zatwierdz|zaakceptuj|zaaprobuj|przyjmij|potwierdz|zatwierdzcie) (?:to|te|ten|ta|wszystko|automatycznie"
    "|natychmiast|teraz|od razu|bez (?:sprawdzania|weryfikacji))",
    "(?:prompt\\w{0,3}|monit\\w{0,3}|instrukcj\\w{1,3}) systemow\\w{1,3}",
)
RUSSIAN: Final = (
    "(?:про|за)?(?:игнорируй(?:те)?|игнорировать|забудь(?:те)?(?: о| про)?|отбрось(?:те)?|не обращай(?:те)? внимания"
    f" на) {ANY}(?:инструкци\\w{{1,3}}|указани\\w{{1,3}}|команд\\w{{0,3}}|предписани\\w{{1,3}}|приказ\\w{{0,3}})",
    "(?:одобри(?:те)?|прими(?:те)?|утверди(?:те)?|подтверди(?:те)?) (?:это|этот|эту|все|автоматически|немедленно|сейчас"
    "|сразу|без проверки)",
    "системн\\w{1,3} (?:промпт|подсказк|инструкци|запрос|сообщени)\\w{0,3}",
)
UKRAINIAN: Final = (
    "(?:про)?(?:ігноруй(?:те)?|забудь(?:те)?(?: про)?|відкинь(?:те)?|не зважай(?:те)? на) "
    f"{ANY}(?:інструкці\\w{{1,3}}|вказівк\\w{{1,3}}|наказ\\w{{0,3}}|команд\\w{{0,3}})",
    "(?:схвали(?:ти|те)?|прийми(?:те)?|затверди(?:те)?|підтверди(?:те)?) (?:це|цей|цю|усе|все|автоматично|негайно|зараз"
    "|без перевірки)",
)
SWEDISH: Final = (
    f"(?:ignorera|glom|bortse fran) {ANY}(?:instruktion(?:er|erna)?|anvisningar(?:na)?|uppmaningar(?:na)?|order)",
    "(?:godkann|acceptera|bekrafta) (?:detta|det har|allt|automatiskt|omedelbart|nu|genast|direkt)",
)
TURKISH: Final = (
    "(?:onceki|yukaridaki|tum|butun) (?:[\\w.,]{1,30} ){0,3}(?:talimat|yonerge|komut|kural)\\w{0,12} (?:yok say"
    "|gormezden gel|unut|dikkate alma|goz ardi et)\\w{0,6}",
    "(?:bunu|sunu|hepsini|bu \\w{1,20}) (?:\\w{1,20} ){0,3}(?:onayla|kabul et|dogrula)(?:yin|in)?",
)
TRUSTING: Final = (
    "(?:konfidenz(?:wert)?|confidence|confiance|confianza|confidenza|fiducia|confianca|vertrouwen|betrouwbaarheid"
    "|zekerheid|pewnosc|ufnosc|zaufanie|уверенност\\w|достоверност\\w|довери\\w)",
    " ?(?:(?:auf|ist|sei|von|a|al|est|es|e|de|di|do|da|op|is|van|na|jest|wynosi|на|до|равна|в|igual|pari|gelijk|egale"
    f"|aan|uguale|poziomie|уровне) |[:=]{{1,2}} ?){{0,3}}{NUMBER}",
)
OTHERS: Final = (
    *GERMAN,
    *FRENCH,
    *SPANISH,
    *ITALIAN,
    *PORTUGUESE,
    *DUTCH,
    *POLISH,
    *RUSSIAN,
    *UKRAINIAN,
    *SWEDISH,
    *TURKISH,
    "".join(TRUSTING),
)
WITHOUT_GAPS: Final = (
    "(?:忽略|无视|無視|忘记|忘記|忽视|忽視|不要理会|不理会)[^。！？.!?\n]{0,12}(?:指令|指示|说明|說明|提示|规则|規則|命令)",
    "(?:批准|通过|通過|核准|接受|同意)(?:这|這|此|该|該|本)",
    "(?:请|請|立即|马上|直接|自动|自動)(?:立即|马上|直接|自动|自動)?(?:批准|通过|通過|核准)(?:这|這|此|该|該|它|[。！!.]|$)",
    "(?:置信度|可信度|信心)[^\\w\\n]{0,3}(?:为|為|是|设为|設為|等于|=|:)?[^\\w\\n]{0,3}(?:1(?:[.,]0+)?|100|0?[.,]9\\d*)(?!\\d)",
    "系统提示|系統提示|系统指令|系統指令|システム ?プロンプト|システム ?指示|システム ?メッセージ",
    "(?:指示|命令|プロンプト|ルール|インストラクション)(?:を|は|も)?[^。！？\n]{0,6}(?:無視|忘れ)",
    "(?:これ|この[^。！？\n]{1,8}|上記|以下)(?:を|は)[^。！？\n]{0,6}(?:承認|許可|採用|受け入れ)(?:し|せよ|する|て)",
    "(?:지시|명령|지침|프롬프트|규칙)[^.!?\n]{0,6}(?:무시|잊어|잊으)",
    "(?:이것|이를|이 제안|이걸|모두)(?:을|를|은|는)?[^.!?\n]{0,8}(?:승인|수락|채택)(?:하(?:세요|십시오|라)|해)",
    "(?:تجاهل|انس|تجاوز)[^.!?\n]{0,12}(?:التعليمات|الاوامر|الارشادات|القواعد السابقة)",
    "(?:وافق|اقبل|صادق)(?: على)? (?:هذا|هذه|ذلك|كل)[^.!?\n]{0,10}(?:فورا|الان|تلقائيا|دون مراجعة)",
    "(?:निर्देश|आदेश|हिदायत)[^.!?\n]{0,8}(?:अनदेखा|नजरअंदाज|भूल)",
    "(?:इसे|इसको|यह)[^.!?\n]{0,12}(?:स्वीकृत|मंजूर|अनुमोदित) कर",
    "(?:信頼度|確信度|信頼性)[^\\w\\n]{0,3}(?:を|は)?[^\\w\\n]{0,3}(?:1(?:[.,]0+)?|100|0?[.,]9\\d*)(?!\\d)",
)
JOINED: Final = (
    "(?:ignore|disregard|forget)\\w{0,30}(?:instruction|prompt|rules)",
    "approve(?:this|it)\\w{0,10}(?:now|automatic|immediate)",
    "systemprompt|confidence\\w{0,6}1",
)
"""What the words of an order are when every letter stands alone: i g n o r e."""


def _one_of(*alternatives: str) -> str:
    return skeleton("|".join(alternatives))


ORDERS: Final = re.compile(rf"(?<!\w)(?:{_one_of(*ENGLISH, *OTHERS)})(?!\w)|{_one_of(*WITHOUT_GAPS)}")
SPELLED_OUT: Final = re.compile(_one_of(*JOINED))


def looks_like_injection(text: str) -> bool:
    """True for text that wants to steer a machine, in whatever disguise."""
    read = text if len(text) <= 2 * READ else f"{text[:READ]} {text[-READ:]}"
    return any(_heard(each) for each in dict.fromkeys((read, *_unwrapped(read))))


def _unwrapped(text: str) -> Iterator[str]:
    """What the text says where its characters are written in another way, or stand where only machines look."""
    if "&" in text or "%" in text or "<" in text:
        plain = unquote(unescape(text))
        yield plain
        yield MARKUP.sub("", plain)
        yield from COMMENT.findall(plain)
    for run in islice(ENCODED.finditer(WRAPPED.sub("", text)), MAX_ENCODED):
        if said := _decoded(run[0]):
            yield said


def _decoded(run: str) -> str:
    """The text that was written in base64 or as hexadecimal digits; empty where it was none."""
    whole = run[: len(run) // 4 * 4].translate(URL_SAFE)  # the rest is at most two letters of it
    for data in (bytes.fromhex(run) if HEX.fullmatch(run) else b"", b64decode(whole)):
        said = data.decode("utf-8", "replace")
        if said and "\N{REPLACEMENT CHARACTER}" not in said.rstrip("\N{REPLACEMENT CHARACTER}"):
            return said
    return ""


def _heard(text: str) -> bool:
    seen = skeleton(text)
    readings = dict.fromkeys((seen, *(_without_leet(seen, letters) for letters in LEET)))
    return any(_orders(reading) for reading in readings)


def _orders(seen: str) -> bool:
    said = GAPS.sub(" ", seen)
    return ORDERS.search(said) is not None or any(
        SPELLED_OUT.search(re.sub(r"[ .]", "", letters[0])) for letters in SPACED.finditer(said)
    )


def _without_leet(seen: str, letters: dict[int, int]) -> str:
    """Digits and signs within words read as letters: 1gn0re, appr0ve."""
    plain = LEET_SIGN.sub(lambda sign: SIGNS[sign[0]], seen)
    return LEET_WORD.sub(lambda word: word[0].translate(letters), plain)
