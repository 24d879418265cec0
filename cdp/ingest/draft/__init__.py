"""Draft a feed from an unknown export: look at its files, guess what its columns mean, write feed, contract and SQL.

In the order in which ``draft`` goes through them: ``opening``, ``look``, ``asides`` and ``nested`` read files;
``shapes``, ``times`` and ``value_tests`` say what values look like; ``words`` (with words.yaml) and ``meanings`` what
columns mean; ``export`` and its key, ``trade``, ``levels``, ``order_key``, ``prices`` and ``states`` what rows are.
Mapping SQL is written by ``people``, ``sales``, ``line_lists``, ``returns``, ``service``, ``behaviour``, ``statements``
and ``rates``, YAML by ``yamltext``; ``trial`` and ``content`` hold the draft against the files. A word that an export
uses and a draft does not know belongs into words.yaml, or ``state_words`` for what became of an order.
"""

from __future__ import annotations

from cdp.ingest.draft.draft import Draft, draft_feed
from cdp.ingest.draft.yamltext import globs_of, name_of

__all__ = ["Draft", "draft_feed", "globs_of", "name_of"]
