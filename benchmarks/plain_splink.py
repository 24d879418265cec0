"""A full Splink run over the identity records, as somebody without this product would write it for every night.

One row per record: the name's first and last word, birth date, first e-mail, phone and postcode, in lower case.
Splink's own library comparisons and its documentation's way of training: the prior from deterministic rules, u from
random pairs, m from two expectation-maximisation sessions; then prediction over six blocking rules, and clusters of
connected records. Values known to be placeholders are taken out beforehand, which spares it millions of pairs.
"""

from __future__ import annotations

import logging
import time
from typing import Any

_RECORDS = """
with contacts as (
    select
        record_id,
        min(identifier_value) filter (
            where identifier_type = 'email' and identifier_value <> 'none@none.example'
        ) as email,
        min(identifier_value) filter (where identifier_type = 'phone' and identifier_value <> '+447700900000') as phone
    from record_identifiers
    where identifier_type in ('email', 'phone')
    group by record_id
)

select
    records.record_id,
    lower(trim(coalesce(records.first_name, split_part(records.full_name, ' ', 1)))) as first_name,
    lower(trim(coalesce(records.last_name, nullif(regexp_extract(records.full_name, ' ([^ ]+)$', 1), '')))) as surname,
    strftime(records.birth_date, '%Y-%m-%d') as dob,
    lower(trim(contacts.email)) as email,
    regexp_replace(contacts.phone, '[^0-9+]', '', 'g') as phone,
    upper(trim(records.postcode)) as postcode
from identity_records as records
left join contacts on records.record_id = contacts.record_id
"""


def run_plain(engine: Any) -> dict[str, Any]:
    """Standardise, train, predict and cluster; CPU seconds in all (``cpu``) and of prediction and clusters alone."""
    import splink.comparison_library as cl
    from splink import Linker, SettingsCreator, block_on

    logging.getLogger("splink").setLevel(logging.ERROR)
    started = time.process_time()
    engine.create_table("plain_records", _RECORDS)
    settings = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="record_id",
        comparisons=[
            cl.NameComparison("first_name"),
            cl.NameComparison("surname"),
            cl.DateOfBirthComparison("dob", input_is_string=True),
            cl.EmailComparison("email"),
            cl.ExactMatch("phone"),
            cl.ExactMatch("postcode").configure(term_frequency_adjustments=True),
        ],
        blocking_rules_to_generate_predictions=[
            block_on("email"),
            block_on("phone"),
            block_on("surname", "dob"),
            block_on("first_name", "dob"),
            block_on("surname", "postcode"),
            block_on("first_name", "postcode"),
        ],
    )
    api = engine.splink_api()
    linker = Linker(api.register("plain_records"), settings, log_level=None)
    certain = [block_on("email", "surname"), block_on("phone", "first_name"), block_on("first_name", "surname", "dob")]
    linker.training.estimate_probability_two_random_records_match(certain, recall=0.7)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6)
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("email"))
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("surname", "postcode"))
    trained = time.process_time()
    pairs = linker.inference.predict(threshold_match_probability=0.9, warning_mode="never")
    linker.clustering.cluster_pairwise_predictions_at_threshold(pairs, threshold_match_probability=0.9)
    done = time.process_time()
    kept = int(engine.scalar(f"select count(*) from {pairs.physical_name}"))
    return {"cpu": done - started, "predicting": done - trained, "pairs_kept": kept}
