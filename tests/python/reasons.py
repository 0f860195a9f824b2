"""Why each planted row of the quarantine waits: the word that a person decided from docs/rules.md, trap by trap."""

# The ledger does not say who supplied on the day on which the row was written, so nobody knows whose knowledge it
# holds; that comes before whatever else is unknown about it. The reason is the ledger's own, of that day.
WRITER_UNKNOWN = {
    "ledger-row-rejected": "ledger_rejected",
    "ledger-row-rejected-open": "ledger_rejected",
    "ledger-until-missing": "ledger_date_missing",
    "ledger-overlap-same": "ledger_overlap",
    "ledger-reversed": "ledger_gap",
    "ledger-from-missing": "ledger_date_missing",
    "ledger-overlap": "ledger_overlap",
    "ledger-gap": "ledger_gap",
    "retailer-blank": "retailer_unknown",
    "retailer-null": "retailer_unknown",
    "retailer-spaces": "retailer_unknown",
    "retailer-unknown": "retailer_unknown",
    "retailer-wide": "retailer_unknown",
    "supply-kind-missing": "supply_kind_missing",
    "point-not-in-ledger": "not_in_ledger",
    "written-in-gap": "ledger_gap",
    "id-padded": "not_in_ledger",
    "id-zero-width": "not_in_ledger",
    "contract-amount-kw": "ledger_rejected",
    "contract-amount-unit": "ledger_rejected",
}
# Who wrote them is asked of the points of their parents, which may have several reasons.
BY_PARENTS = {"consumer"}

# Everything else, by trap and table.
REASONS = {
    ("arrives-on-cutover-day", "supply_point"): "retail_only_of_other",
    ("arriving-later", "retail_contract"): "retail_only_of_other",
    ("code-missing", "wheeling_contract"): "retailer_unknown",
    ("island", "retail_contract"): "retail_only_of_other",
    # Written on a day between the two dates of the reversed row; the meter is asked of the cutover, after both.
    ("ledger-reversed", "meter_reading_monthly"): "ledger_reversed",
    ("leftover-without-end", "bk_kenshin_20160331"): "date_missing",
    ("leftover-written-unknown", "bk_kenshin_20160331"): "known_at_missing",
    ("legacy-customer-no-kept", "supply_point"): "retail_only_of_other",
    ("orphan", "billing"): "parent_missing",
    ("orphan", "consumer"): "known_at_undecided",
    ("overwritten-after-leaving", "billing"): "retail_only_of_other",
    ("overwritten-after-leaving", "retail_contract"): "retail_only_of_other",
    ("own-and-other-points", "consumer"): "parents_disagree",
    ("parent-rejected", "billing"): "parent_rejected",
    ("parent-rejected", "consumer"): "known_at_undecided",
    ("reading-reversed", "meter_reading_monthly"): "period_reversed",
    ("reading-spans-switch", "meter_reading_monthly"): "period_spans_change",
    ("reading-without-end", "meter_reading_monthly"): "date_missing",
    ("request-without-requester", "switching_request"): "retailer_unknown",
    ("retail-contract-not-closed", "billing"): "retail_only_of_other",
    ("retail-contract-not-closed", "retail_contract"): "period_spans_change",
    ("slot-invalid", "meter_reading_halfhour"): "slot_invalid",
    ("written-on-last-day", "supply_point"): "retail_only_of_other",
    ("written-unknown", "consumer"): "known_at_missing",
    ("written-unknown", "meter_reading_monthly"): "known_at_missing",
    ("written-unknown", "retail_contract"): "known_at_missing",
    ("written-unknown", "supply_period"): "known_at_missing",
    ("written-unknown", "supply_point"): "known_at_missing",
}

# The reading of November was written in December, when the supplier was known: its own days are the question.
BY_NOTE = {
    ("ledger-gap", "meter_reading_monthly", "nobody is known to have supplied in November"): "ledger_gap",
}


def reason_of(entry):
    """The reason in the quarantine; a trap that is not listed here is a fault of this page."""
    place = (entry["trap"], entry["table"])
    by_note = BY_NOTE.get((*place, entry["note"]))
    if by_note or place in REASONS:
        return by_note or REASONS[place]
    fault = WRITER_UNKNOWN[entry["trap"]]
    return "known_at_undecided" if entry["table"] in BY_PARENTS else fault
