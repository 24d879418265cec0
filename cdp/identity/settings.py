"""What a company may decide about identity: ``pipelines/identity/settings.yaml``."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from cdp.contracts.documents import Strict

IdentifierType = Literal[
    "email",
    "phone",
    "loyalty_card",
    "shop_customer_id",
    "order_id",
    "anonymous_id",
    "device_id",
    "social_handle",
    "support_user_id",
]


class IdentifierRule(Strict):
    """How far one kind of identifier is trusted."""

    priority: int = Field(50, ge=0, le=100, description="links of higher priority are made first")
    max_records: int = Field(5000, ge=2, description="a value on more records than this is blocked")
    max_initials: int = Field(4, ge=1, description="blocked beyond this many first initials …")
    max_surnames: int = Field(4, ge=1, description="… and this many family names")
    needs_family_name: bool = Field(
        False, description="two different family names on one value are two people (recycled numbers)"
    )
    is_personal: bool = Field(True, description="the value names a person; a customer with none of these is anonymous")


class BlockedValue(Strict):
    """A value that points to nobody."""

    type: IdentifierType
    value: str = Field(min_length=1)


class ModelSettings(Strict):
    """The probabilistic model: when it is trained, and what counts as a match."""

    seed: int = 7
    min_representatives: int = Field(200, ge=10, description="fewer cannot carry a model")
    min_linked_pairs: int = Field(100, ge=10, description="fewer pairs proved by identifiers: train by EM instead")
    max_random_pairs: float = Field(2e6, gt=0, description="random pairs for the u probabilities")
    link_probability: float = Field(0.9, gt=0, lt=1, description="a pair this probable is joined")
    keep_probability: float = Field(0.5, gt=0, lt=1, description="pairs below are not kept as edges")


class GuardSettings(Strict):
    """What stops two groups of records from becoming one customer."""

    conflict_share: float = Field(
        0.5, gt=0, le=1, description="share of conflicting name pairs that keeps two groups apart"
    )
    average_agreement: float = Field(
        0.75, gt=0, le=1, description="mean probability of the scored pairs between two groups that lets them join"
    )
    max_cluster_records: int = Field(2000, ge=10, description="a larger cluster goes to review and is taken apart")
    max_cluster_names: int = Field(12, ge=2, description="a cluster with more different names goes to review")


DEFAULT_RULES: dict[str, IdentifierRule] = {
    "loyalty_card": IdentifierRule(priority=95, max_initials=3, max_surnames=3),
    "shop_customer_id": IdentifierRule(priority=95, max_initials=3, max_surnames=3),
    "support_user_id": IdentifierRule(priority=90),
    "social_handle": IdentifierRule(priority=90),
    "email": IdentifierRule(priority=80),
    "phone": IdentifierRule(priority=60, needs_family_name=True),
    "order_id": IdentifierRule(priority=40, max_records=50, needs_family_name=True, is_personal=False),
    "anonymous_id": IdentifierRule(priority=30, is_personal=False),
    "device_id": IdentifierRule(priority=30, is_personal=False),
}

DEFAULT_EMAIL_USERS = (
    "none", "noemail", "no-email", "no.email", "nomail", "no-mail", "test", "na", "n-a", "unknown", "guest",
    "noreply", "no-reply", "donotreply", "anonymous", "nobody", "null", "asdf", "xxx", "keine", "kunde", "customer",
)  # fmt: skip

DEFAULT_PLACEHOLDER_NAMES = (
    "cash customer", "customer", "guest", "test", "test test", "test customer", "walk in", "walk in customer",
    "unknown", "anonymous", "none", "n a", "na", "no name", "store customer", "barverkauf", "laufkunde", "kunde",
    "gast", "unbekannt", "caller", "visitor", "user", "shopper",
)  # fmt: skip


class IdentitySettings(Strict):
    """Everything that resolving needs to know about this company."""

    version: Literal[1] = 1
    identifiers: dict[IdentifierType, IdentifierRule] = Field(
        default_factory=dict, description="rules by identifier type; types left out keep the product's own rule"
    )
    blocked: list[BlockedValue] = Field(default_factory=list)
    blocked_email_users: list[str] = Field(default_factory=lambda: list(DEFAULT_EMAIL_USERS))
    placeholder_names: list[str] = Field(default_factory=lambda: list(DEFAULT_PLACEHOLDER_NAMES))
    nicknames: list[list[str]] = Field(
        default_factory=list, description="lists of a given name and its short forms, the full name first"
    )
    gmail_dots_optional: bool = True
    countries: list[str] = Field(
        default_factory=lambda: ["GB", "DE", "US"],
        min_length=1,
        description="ISO-3166 codes tried for phone numbers that carry no country",
    )
    model: ModelSettings = Field(default_factory=ModelSettings)
    guards: GuardSettings = Field(default_factory=GuardSettings)

    def identifier_types(self) -> list[str]:
        """Every type that has a rule."""
        return sorted({str(name) for name in (*DEFAULT_RULES, *self.identifiers)})

    def rule(self, identifier_type: str) -> IdentifierRule:
        """The rule for a type; a cautious one where the settings name none."""
        rules: dict[str, IdentifierRule] = {str(name): rule for name, rule in self.identifiers.items()}
        return rules.get(identifier_type) or DEFAULT_RULES.get(identifier_type) or IdentifierRule()
