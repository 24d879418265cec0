"""Files that may have been cut within their last line, told by how the file before them ended."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cdp.ingest.landing import NO_LINE_END
from cdp.ingest.ledger import FileLedger, FileStatus


def perhaps_cut(before: Iterable[FileLedger], landed: Iterable[FileLedger]) -> Iterator[str]:
    """What to warn of: a feed whose files end their last line brings one that does not.

    ``before`` are ledgers of earlier runs, both in the order in which files were read. What is left of a cut line may
    be a row: 13 of 139.50.
    """
    ended: dict[str, bool] = {}
    for ledger in before:
        if ledger.feed and ledger.status is FileStatus.loaded:
            ended[ledger.feed] = NO_LINE_END not in ledger.message
    for ledger in landed:
        if not ledger.feed or ledger.status is not FileStatus.loaded:
            continue
        is_ended = NO_LINE_END not in ledger.message
        if not is_ended and ended.get(ledger.feed):
            yield (
                f"{ledger.file}: {NO_LINE_END}, as the files of {ledger.feed} before it had: it may have been cut off "
                "there, and its last row be wrong; compare it with the source, and deliver it again if it was"
            )
        ended[ledger.feed] = is_ended
