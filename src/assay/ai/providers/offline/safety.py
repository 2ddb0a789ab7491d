"""Messages that must not become knowledge: secrets, and orders given to whoever reads by machine."""

import re
from typing import Final

from assay.ai.providers.offline.patterns import phrases

VENDOR_KEY: Final = (
    r"\b(?:(?:gh[pousr]_|github_pat_|glpat-|xox[abeoprs]-|sk_(?:live|test)_|pk_live_|rk_live_|npm_|pypi-|hf_)[\w-]{8,}"
    r"|(?:sk-|AIza|ya29\.|SG\.)[\w-]{16,}|(?:AKIA|ASIA)[A-Z0-9]{12,})"
)
GIVEN_LOGIN: Final = r"(?:pass(?:word|wd|phrase|code)|pwd)['\"`]?\s*[:=]\s*['\"`]?[^\s'\"`,;]{6,}"
GIVEN_KEY: Final = (
    r"(?:secret|token|credentials?|api[ _-]?key|access[ _-]?key)['\"`]?\s*[:=]\s*['\"`]?"
    r"(?=[^\s'\"`,;]*[\d_+/=!@#$%^&*])[^\s'\"`,;]{6,}"
)
TOLD: Final = (
    r"\b(?:password|passphrase|passcode|pwd|secret|token|pin|api[ _-]?key|access[ _-]?key)\b[^.!?\n]{0,40}?"
    r"\b(?:is|was|to|as)\s+['\"`]?(?=\S*\d)(?=\S*[A-Za-z!@#$%^&*_-])[^\s'\"`]{6,}"
)
LONG_RANDOM_WORD: Final = (
    r"(?<![\w/+-])(?=[\w+/]{0,200}\d)(?=[\w+/]{0,200}[a-z])(?=[\w+/]{0,200}[A-Z])[A-Za-z0-9+/_]{32,}(?![\w/-])"
)
SECRETS: Final = (
    re.compile(r"-----BEGIN [A-Z ]{0,20}PRIVATE KEY"),
    re.compile(VENDOR_KEY),
    re.compile(r"\beyJ[\w-]{10,}\.[\w-]{10,}"),
    re.compile(r"\b[a-z][a-z0-9+]{1,20}://[^\s/:@]{1,80}:[^\s/@]{3,120}@", re.IGNORECASE),
    re.compile(r"\b(?:bearer|basic)\s+(?=\S*\d)[\w.~+/=-]{16,}", re.IGNORECASE),
    re.compile(GIVEN_LOGIN, re.IGNORECASE),
    re.compile(GIVEN_KEY, re.IGNORECASE),
    re.compile(TOLD, re.IGNORECASE),
    re.compile(LONG_RANDOM_WORD),
)

READER: Final = (
    r"(?:ai|a\.i\.|llm|gpt|chatgpt|claude|language model|extractor|assistant|summari[sz]er"
    r"|knowledge (?:bot|base|system))"
)
AUTOMATIC: Final = (
    r"(?:automatically|immediately|without review|as (?:an? )?(?:\w+ )?"
    r"(?:atom|topic|decision|fact|proposal|knowledge|approved))"
)
ORDERS: Final = phrases(
    r"""
    (?:ignore|disregard|forget|override|bypass) (?:\w+ ){0,4}(?:instructions?|prompts?|rules|guidelines|directions),
    system prompt, SYSTEM:, you are (?:now )?(?:an? )?(?:\w+ )?(?:ai|assistant|language model|extractor|llm),
    (?:set|mark|give|with|use|assign|report) (?:\w+ ){0,6}confidence (?:\w+ ){0,3}[\d.]+(?: ?%)?,
    confidence\s*[:=]?\s*(?:1(?:\.0+)?|100\s*%|0?\.9\d*)
    """,
    rf"(?:note|message|instructions?|attention|memo) (?:to|for) (?:the |any |all )?{READER}",
    rf"(?:dear|hey|hi|hello|attention|ok|okay) (?:the )?{READER}",
    rf"(?:approve|accept|extract|record|store|mark) (?:this|it|these|the following|every \w+|all \w+) {AUTOMATIC}",
)


def holds_secret(raw: str) -> bool:
    return any(secret.search(raw) for secret in SECRETS)


def gives_orders_to_the_reader(text: str) -> bool:
    """True for text that wants to steer a machine instead of telling people something."""
    return ORDERS.search(text) is not None
