"""The rules that a policy can hold. Pure."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, Strict, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from assay.errors import InvalidInput, what_is_wrong
from assay.kinds import AtomType, Kind, Proposer, Trust

ModelName = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
Cosine = Annotated[float, Field(ge=-1, le=1, allow_inf_nan=False)]
OperatingPoints = dict[Literal["all", "topic", "atom", "long"], Cosine]
"""The raw cosine that means the common operating score, by kind of proposal; `long`: of texts of both kinds that are
longer than a statement."""


Name = Annotated[str, Field(min_length=1, max_length=200)]
Threshold = Annotated[float | None, Field(ge=0, le=1, allow_inf_nan=False)]
Authors = Annotated[int | None, Field(ge=1, le=100)]
MAX_RULES: Final = 100


class Rule(BaseModel):
    """A requirement on some proposals. An empty list stands for all."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kinds: tuple[Kind, ...] = Field((), description="topic, atom")
    types: tuple[AtomType, ...] = Field((), description="types of atoms")
    sources: tuple[Name, ...] = Field((), description="sources of its messages, by the names they were imported under")
    channels: tuple[Name, ...] = Field((), description="channels of its messages")
    trust: Trust | None = Field(None, description="trusted or untrusted, by its least trusted source")
    proposers: tuple[Proposer, ...] = Field((), description="who proposed it: extractor, person, agent")
    extractors: tuple[Name, ...] = Field(
        (), description="extractors that proposed it, by the names that runs give them"
    )
    threshold: Threshold = Field(None, description="minimum confidence, in place of the general one")
    human_required: bool = Field(False, description="a person must decide")
    min_authors: Authors = Field(None, description="minimum number of people whose words prove it")
    may_approve: bool = Field(
        False, description="lets the system approve on its own what only the proposers or sources named here hold back"
    )

    @property
    def opens_sources(self) -> bool:
        """Whether what comes from sources that are not trusted may be approved under it."""
        return self.may_approve and (bool(self.sources) or self.trust is Trust.UNTRUSTED)

    @model_validator(mode="after")
    def _opens_what_it_names(self) -> Self:
        if self.may_approve and (self.human_required or not (self.proposers or self.opens_sources)):
            words = "a rule that names the proposers or the sources it opens with `may_approve`, and asks for no person"
            raise PydanticCustomError("nothing_named", words)
        return self


class ShadowDocument(BaseModel):
    """Rules that are tried out beside those in force, and decide nothing."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    auto_approval_threshold: Threshold = None
    min_authors: Authors = None
    rules: tuple[Rule, ...] = Field((), max_length=MAX_RULES)


class PolicyDocument(BaseModel):
    """The rules of one version. Where a rule is None or missing, the environment decides."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    auto_approval_enabled: bool | None = Field(None, description="whether the system may approve on its own")
    auto_approval_threshold: float | None = Field(
        None, ge=0, le=1, allow_inf_nan=False, description="minimum confidence for an approval by the system"
    )
    min_authors: Authors = Field(None, description="minimum number of people whose words prove a proposal")
    rules: Annotated[tuple[Rule, ...], Strict(False)] = Field(
        (), max_length=MAX_RULES, description="further requirements on some proposals"
    )
    shadow: Annotated[ShadowDocument | None, Strict(False)] = Field(
        None, description="rules that are tried out and decide nothing, for comparison"
    )
    operating_points: dict[ModelName, OperatingPoints] = Field(
        default_factory=dict,
        description="the cosine that means the operating score, by model, kind and length",
    )

    def as_stored(self) -> dict[str, Any]:
        """Only the rules that were set."""
        return self.model_dump(mode="json", exclude_defaults=True)


RULES: Final = tuple(PolicyDocument.model_fields)


def parsed(document: Mapping[str, Any]) -> PolicyDocument:
    """Raises InvalidInput with one sentence: which rule, what was given, what is allowed."""
    try:
        return PolicyDocument.model_validate(dict(document))
    except ValidationError as error:
        if unknown := sorted(set(document) - set(RULES)):
            raise InvalidInput(f"There is no rule {unknown[0]!r}. The rules are: {', '.join(RULES)}.") from None
        raise InvalidInput(f"This is not a valid policy: {what_is_wrong(error)}") from None


def amended(document: PolicyDocument, changes: Mapping[str, Any]) -> PolicyDocument:
    """The document after a JSON merge patch (RFC 7396): objects are merged, null removes a rule.

    Raises InvalidInput.
    """
    return parsed(_patched(document.as_stored(), changes))


def _patched(target: object, patch: Mapping[str, Any]) -> dict[str, Any]:
    result = dict(target) if isinstance(target, Mapping) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = _patched(result.get(key), value) if isinstance(value, Mapping) else value
    return result
