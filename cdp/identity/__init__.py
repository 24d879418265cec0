"""Who is who: records of one customer found through identifiers and a model, under ids that last."""

from __future__ import annotations

from cdp.identity.durable_ids import PreviousIdentity
from cdp.identity.resolve import resolve
from cdp.identity.settings import IdentitySettings
from cdp.identity.summary import IdentitySummary

__all__ = ["IdentitySettings", "IdentitySummary", "PreviousIdentity", "resolve"]
