"""From resolved records to one profile per customer, every value with its origin."""

from __future__ import annotations

from cdp.profiles.build import PROFILE_TABLES, ProfileSummary, build_profiles
from cdp.profiles.settings import GOLDEN_FIELDS, Policy, ProfileSettings, Survivorship
from cdp.profiles.survivorship import survivorship_sql

__all__ = [
    "GOLDEN_FIELDS",
    "PROFILE_TABLES",
    "Policy",
    "ProfileSettings",
    "ProfileSummary",
    "Survivorship",
    "build_profiles",
    "survivorship_sql",
]
