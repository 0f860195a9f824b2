//! Retailer codes as they really stand in such systems: NULL, blank, padded, wide, unknown, contradicting.

use bunri_legacy::cell::{NULL, int, tenths, text};
use bunri_legacy::names::{HEI, OTSU, OWN, VACANT};
use bunri_legacy::schema::TableName;
use jiff::civil::date;
use rusqlite::types::Value;

use crate::planted::Fate::{self, Both, Operator, OwnWithheld, Retail, Waiting};
use crate::story::stage::At;
use crate::story::{Stage, Story, Told, story};

pub(crate) static STORIES: &[Story] = &[
    story(&[(date(2010, 4, 1), OWN), (date(2025, 11, 1), HEI)], null),
    story(&[(date(2010, 4, 1), OWN), (date(2025, 11, 1), HEI)], blank),
    story(&[(date(2010, 4, 1), OWN), (date(2025, 11, 1), HEI)], spaces),
    story(
        &[(date(2010, 4, 1), OWN), (date(2025, 11, 1), HEI)],
        unknown,
    ),
    story(&[(date(2010, 4, 1), OWN), (date(2025, 11, 1), HEI)], wide),
    story(
        &[(date(2010, 4, 1), OWN), (date(2020, 4, 1), OWN)],
        padded_own,
    ),
    story(
        &[(date(2010, 4, 1), OWN), (date(2024, 4, 1), OTSU)],
        padded_other,
    ),
    story(&[(date(2010, 4, 1), OWN)], contradicting),
];

fn null(s: &mut Stage<'_>) -> Told {
    s.trap("retailer-null", "no code is not the incumbent's code");
    s.set(s.period(2), "retailer_name", NULL)?;
    s.put(s.wheeling(2), "retailer_code", NULL, Waiting)?;
    undecided_code(s, NULL, Waiting)
}

fn blank(s: &mut Stage<'_>) -> Told {
    s.trap(
        "retailer-blank",
        "an empty code is not the incumbent's code",
    );
    undecided_code(s, text(""), Operator)
}

fn spaces(s: &mut Stage<'_>) -> Told {
    s.trap(
        "retailer-spaces",
        "blanks, wide ones among them, are no code",
    );
    undecided_code(s, text("  　  "), Operator)
}

fn unknown(s: &mut Stage<'_>) -> Told {
    s.trap("retailer-unknown", "a code that no list knows");
    undecided_code(s, text("98765"), Operator)
}

fn wide(s: &mut Stage<'_>) -> Told {
    s.trap(
        "retailer-wide",
        "full-width digits are not the code: never compared loosely",
    );
    undecided_code(s, text("９９０１０"), Operator)
}

/// The ledger's code for the second period is unusable; the first is the incumbent's. The wheeling contract has a
/// code of its own: one that names 丙 is enough for it.
fn undecided_code(s: &mut Stage<'_>, code: Value, contract: Fate) -> Told {
    s.set(
        s.reading("2025-10-01"),
        "updated_at",
        text("2025-10-31 18:00:00"),
    )?;
    s.put(s.period(2), "retailer_code", code, Waiting)?;
    s.place_is(Waiting)?;
    s.ours(1)?;
    s.unclear_with(2, contract)?;
    s.is(s.reading("2025-10-01"), "usage_kwh", Both)?;
    s.put(
        s.reading("2026-01-01"),
        "usage_kwh",
        tenths(4_242_401),
        Waiting,
    )?;
    // Written some days after the own days, as bills are, when nobody knows who supplied.
    s.is(s.bill(1), "amount_yen", Retail)
}

fn padded_own(s: &mut Stage<'_>) -> Told {
    s.trap(
        "retailer-padded",
        "compared trimmed, as the catalogue declares: the incumbent's",
    );
    s.set(s.period(1), "retailer_code", text("99010 "))?;
    s.set(s.period(2), "cancelled_flag", text("0 "))?;
    s.set(s.period(2), "retailer_code", text("99010　"))?;
    s.put(s.wheeling(2), "retailer_code", text(" 99010"), Both)?;
    s.place_is(Both)?;
    s.ours(1)?;
    s.ours(2)?;
    s.is(s.reading("2026-01-01"), "usage_kwh", Both)?;
    s.trap("contract-amount-unit", "a wide ｋＷ is no unit of the list");
    s.set(s.place(), "contract_unit", text("ｋＷ"))?;
    s.put(s.place(), "contract_amount", tenths(45), OwnWithheld)?;
    s.trap("peak-undecided", "a month that no calendar has");
    s.set(s.place(), "peak_month", int(202_513))?;
    s.put(s.place(), "peak_kw", tenths(4_242_402), OwnWithheld)
}

fn padded_other(s: &mut Stage<'_>) -> Told {
    s.trap("retailer-padded", "compared trimmed: 乙's");
    s.set(s.period(2), "retailer_code", text("99020 "))?;
    s.place_is(Operator)?;
    s.ours(1)?;
    s.theirs(2)
}

/// The ledger says own; the contracts carry codes of their own.
fn contradicting(s: &mut Stage<'_>) -> Told {
    s.trap(
        "code-against-ledger",
        "the ledger says own, the contract names 乙: not own",
    );
    s.put(
        s.wheeling(1),
        "wheeling_contract_no",
        text("99020-90-000123"),
        Operator,
    )?;
    s.put(s.wheeling(1), "retailer_code", text(OTSU), Operator)?;
    s.canary(s.wheeling(1), "billing_addressee", Operator)?;
    s.trap(
        "code-missing",
        "the ledger says own, the contract does not say whose it is",
    );
    s.is_wheeling("W-90-000001", NULL, Waiting)?;
    s.is_wheeling("W-90-000002", text(""), Waiting)?;
    s.is_wheeling("W-90-000003", text("99999"), Waiting)?;
    s.trap("code-vacant", "nobody's contract");
    s.is_wheeling("W-90-000004", text(VACANT), Operator)?;
    s.trap("request-without-requester", "nobody knows who asked");
    request(s, "SW26-?????-0000001", NULL)?;
    s.is(request_at("SW26-?????-0000001"), "request_no", Waiting)?;
    s.trap("request-of-another", "the composite number names 丙");
    request(s, "SW23-99030-0001", text(HEI))?;
    s.is(request_at("SW23-99030-0001"), "request_no", Operator)?;
    s.put(
        request_at("SW23-99030-0001"),
        "remarks",
        text("SW廃止 99020 受付№1234567"),
        Operator,
    )
}

impl Stage<'_> {
    /// A wheeling contract of two own years with this code, and where it ends.
    fn is_wheeling(&mut self, no: &str, code: Value, fate: Fate) -> Told {
        let id = self.point.id.clone();
        self.add(
            TableName::WheelingContract,
            &[
                ("wheeling_contract_no", text(no)),
                ("supply_point_id", text(id)),
                ("retailer_code", code),
                ("contract_from", text("2012-04-01")),
                ("contract_until", text("2014-03-31")),
                ("updated_at", text("2012-04-02 09:00:00")),
            ],
        )?;
        self.is(
            At::of(TableName::WheelingContract, [("wheeling_contract_no", no)]),
            "wheeling_contract_no",
            fate,
        )
    }
}

fn request(s: &mut Stage<'_>, no: &str, requester: Value) -> Told {
    let id = s.point.id.clone();
    s.add(
        TableName::SwitchingRequest,
        &[
            ("request_no", text(no)),
            ("supply_point_id", text(id)),
            ("requester_code", requester),
            ("request_kind", text("start")),
            ("requested_start", text("2026/06/01")),
            ("received_at", text("2026-03-30 10:00:00")),
        ],
    )
}

fn request_at(no: &str) -> At {
    At::of(TableName::SwitchingRequest, [("request_no", no)])
}
