"""Why each planted row of the quarantine waits: the word that a person decided from docs/rules.md, trap by trap."""

# The ledger does not say who supplied on the days that the row speaks of, or, for a row of own days, on the day on which
# it was written. The reason is the ledger's own, of that day.
LEDGER = {
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
    "supply-kind-missing": "own_when_unlisted",
    "point-not-in-ledger": "not_in_ledger",
    "written-in-gap": "ledger_gap",
    "id-padded": "not_in_ledger",
    "id-zero-width": "not_in_ledger",
    "cancel-flag-unknown": "ledger_status_unknown",
    "cancelled-arrival": "ledger_gap",
    "history-overlap": "ledger_overlap",
    "contract-amount-kw": "ledger_rejected",
    "contract-amount-unit": "ledger_rejected",
}
# They wait for whatever their parents wait for.
BY_PARENTS = {"consumer", "billing"}

# Everything else, by trap and table.
REASONS = {
    ("arrives-on-cutover-day", "supply_point"): "written_early",
    ("arriving-later", "retail_contract"): "retail_only_of_other",
    ("billed-after-switch", "billing"): "retail_only_of_other",
    ("code-missing", "wheeling_contract"): "retailer_unknown",
    ("document-kind-missing", "document"): "case_missing",
    ("document-kind-unlisted", "document"): "case_unlisted",
    ("island", "retail_contract"): "retail_only_of_other",
    # A period of the ledger is asked of its own days: those it says wrongly, those it does not say, those of several kinds.
    ("ledger-from-missing", "supply_period"): "date_missing",
    ("ledger-gap", "retail_contract"): "period_spans_change",
    ("ledger-overlap", "supply_period"): "period_spans_change",
    ("ledger-until-missing", "supply_period"): "date_missing",
    # A month between the two dates of the reversed row; the place is asked of the cutover, after both.
    ("ledger-reversed", "meter_reading_monthly"): "ledger_reversed",
    ("leftover-without-end", "bk_kenshin_20160331"): "date_missing",
    ("leftover-written-unknown", "bk_kenshin_20160331"): "known_at_missing",
    ("legacy-customer-no-kept", "supply_point"): "retail_only_of_other",
    ("meter-at-two-points", "meter_reading_spot"): "key_ambiguous",
    ("meter-in-store", "meter_reading_spot"): "key_missing",
    ("meter-installation-rejected", "meter_reading_spot"): "key_rejected",
    ("meter-unknown", "meter_reading_spot"): "key_missing",
    ("note-of-both", "document"): "hold",
    ("orphan", "billing"): "parent_missing",
    ("orphan", "document"): "parent_missing",
    ("overwritten-after-leaving", "billing"): "retail_only_of_other",
    ("overwritten-after-leaving", "retail_contract"): "retail_only_of_other",
    ("own-and-other-points", "consumer"): "parents_disagree",
    ("own-and-other-points-late", "consumer"): "parents_disagree",
    ("owner-nobody", "document"): "parent_missing",
    ("parent-rejected", "billing"): "parent_rejected",
    ("parent-rejected", "consumer"): "parent_rejected",
    ("reading-reversed", "meter_reading_monthly"): "period_reversed",
    ("reading-spans-switch", "meter_reading_monthly"): "period_spans_change",
    ("reading-spans-switch-late", "meter_reading_monthly"): "period_spans_change",
    ("reading-without-end", "meter_reading_monthly"): "date_missing",
    ("request-without-requester", "switching_request"): "retailer_unknown",
    ("retail-contract-not-closed", "billing"): "parent_undecided",
    ("retail-contract-not-closed", "retail_contract"): "period_spans_change",
    ("slot-invalid", "meter_reading_halfhour"): "slot_invalid",
    ("stop-over-switch", "supply_interruption"): "period_spans_change",
    ("surplus-nobody-buys", "surplus_reading"): "not_in_ledger",
    ("surplus-over-the-change", "surplus_reading"): "period_spans_change",
    ("surplus-scheme-missing", "surplus_reading"): "own_when_unlisted",
    ("surplus-scheme-missing", "surplus_purchase"): "own_when_unlisted",
    ("touched-in-the-middle", "supply_point"): "written_early",
    # The link is own; who knew the name is asked of the link's point.
    ("written-in-gap", "consumer"): "known_at_undecided",
    ("written-on-last-day", "supply_point"): "retail_only_of_other",
    ("written-unknown", "consumer"): "known_at_missing",
    ("written-unknown", "meter_reading_monthly"): "known_at_missing",
    ("written-unknown", "retail_contract"): "known_at_missing",
    ("written-unknown", "supply_period"): "known_at_missing",
    ("written-unknown", "supply_point"): "known_at_missing",
}

BY_NOTE = {
    ("orphan", "consumer", "a name-holder without a point"): "parent_missing",
    ("orphan", "consumer", "a name-holder whose point the ledger does not know"): "parent_undecided",
}


def reason_of(entry):
    """The reason in the quarantine; a trap that is not listed here is a fault of this page."""
    place = (entry["trap"], entry["table"])
    by_note = BY_NOTE.get((*place, entry["note"]))
    if by_note or place in REASONS:
        return by_note or REASONS[place]
    fault = LEDGER[entry["trap"]]
    return "parent_undecided" if entry["table"] in BY_PARENTS else fault
