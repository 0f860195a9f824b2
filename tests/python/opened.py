"""What the retail store may hold of supply points once class B is opened on other rows: written from the domain's page in
SQL over the legacy system and staging, in DuckDB, and compared cell by cell. It speaks of the points whose ledger is clear,
like truths.py, and of nothing else.

    python opened.py ROOT
"""

import sys

from truths import count, load

CUTOVER = "DATE '2026-04-01'"
# Open to any retailer, one point at a time; and the incumbent's alone.
ANY_RETAILER = """supply_point_id area_code service_address supply_method service_pole_no meter_reading_day contract_current_a
contract_capacity_kva contract_unit contract_kind voltage_class change_request_received_date deleted_flag""".split()
OWN_CUSTOMER = ["contract_power_kw", "connection_service_menu", "legacy_customer_no"]

ROWS = f"""
CREATE TABLE point AS
SELECT t.*,
  EXISTS (FROM own o WHERE o.p = t.supply_point_id AND {CUTOVER} BETWEEN o.f AND o.u) AS own_now,
  EXISTS (FROM others o WHERE o.p = t.supply_point_id AND {CUTOVER} BETWEEN o.f AND o.u) AS other_now,
  EXISTS (FROM own o WHERE o.p = t.supply_point_id AND CAST(t.updated_at AS DATE) BETWEEN o.f AND o.u) AS own_wrote,
  EXISTS (FROM others o WHERE o.p = t.supply_point_id AND CAST(t.updated_at AS DATE) BETWEEN o.f AND o.u) AS other_wrote
FROM staging.supply_point t WHERE t.supply_point_id IN (SELECT p FROM clear);

CREATE TABLE own_point AS SELECT * FROM point WHERE own_now AND own_wrote;
-- Somebody else's: because they supply. What their clerk wrote into a row of the incumbent's waits for a person.
CREATE TABLE other_point AS SELECT * FROM point WHERE other_now;
-- From 500 kW on a point is not in the switching system, and an unknown power may be that.
CREATE TABLE opened AS SELECT * FROM other_point WHERE contract_power_kw < 500;
"""


def cells(own):
    """What retail holds of a row; NULL is withheld. Two columns have a class that depends on another cell."""
    amount = "'A', 'kVA', 'kW'" if own else "'A', 'kVA'"
    factor = "power_factor_pct" if own else "CASE WHEN contract_kind = 'power' THEN power_factor_pct END"
    yield from (f'"{name}"' for name in ANY_RETAILER)
    yield from (f'"{name}"' if own else f'NULL AS "{name}"' for name in OWN_CUSTOMER)
    yield f"CASE WHEN contract_unit IN ({amount}) THEN contract_amount END AS contract_amount"
    yield f"{factor} AS power_factor_pct"


def main(root):
    db, _, _ = load(root)
    db.execute(ROWS)
    expected = f"SELECT {', '.join(cells(True))} FROM own_point UNION ALL SELECT {', '.join(cells(False))} FROM opened"
    names = ", ".join([*ANY_RETAILER, *OWN_CUSTOMER, "contract_amount", "power_factor_pct"])
    held = f"SELECT {names} FROM retail.supply_point WHERE supply_point_id IN (SELECT p FROM clear)"
    # Name, subject (must be more than none), what speaks against it (must be none).
    told = [
        ("retail has every cell that it may", expected, f"{expected} EXCEPT ALL {held}"),
        ("retail has no other cell", held, f"{held} EXCEPT ALL ({expected})"),
        ("no point of 500 kW or of unknown power that is another's",
         "FROM other_point WHERE contract_power_kw >= 500 OR contract_power_kw IS NULL",
         "FROM retail.supply_point WHERE supply_point_id IN "
         "(SELECT supply_point_id FROM other_point WHERE contract_power_kw >= 500 OR contract_power_kw IS NULL)"),
        ("a point just below 500 kW is opened", "FROM opened WHERE contract_power_kw = 499.9",
         "FROM opened WHERE contract_power_kw = 499.9 AND supply_point_id NOT IN (SELECT supply_point_id FROM retail.supply_point)"),
        ("nothing that only the supplier may see, of an opened point",
         "FROM opened WHERE contract_power_kw IS NOT NULL AND connection_service_menu IS NOT NULL",
         "FROM retail.supply_point WHERE supply_point_id IN (SELECT supply_point_id FROM opened) AND "
         "(contract_power_kw IS NOT NULL OR connection_service_menu IS NOT NULL OR legacy_customer_no IS NOT NULL)"),
        ("no undecided point is opened", "FROM quarantine.supply_point WHERE bunri_reason <> 'retail_only_of_other'",
         "FROM retail.supply_point JOIN quarantine.supply_point AS q USING (supply_point_id) "
         "WHERE q.bunri_reason <> 'retail_only_of_other'"),
        ("the quarantine keeps the incumbent's own number of others' points",
         "FROM other_point WHERE legacy_customer_no IS NOT NULL",
         "FROM other_point AS t WHERE t.legacy_customer_no IS NOT NULL AND t.supply_point_id NOT IN "
         "(SELECT supply_point_id FROM quarantine.supply_point WHERE bunri_reason = 'retail_only_of_other')"),
        ("no other table is opened", "FROM retail.meter",
         f"FROM retail.meter AS m WHERE m.supply_point_id IN (SELECT p FROM others WHERE {CUTOVER} BETWEEN f AND u)"),
    ]
    wrong = 0
    for name, subject, against in told:
        looked, found = count(db, subject), count(db, against)
        wrong += not (looked and not found)
        print(f"{'holds' if looked and not found else 'FAILS'}: {name} ({looked} looked at, {found} against it)")
    print(f"{len(told)} truths, {wrong} fail")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
