//! Scenes that many stories share: what one period of a point leaves, by whose it is.

use bunri_legacy::calendar::{CUTOVER, FREEZE};
use bunri_legacy::cell::{int, shown, text};
use bunri_legacy::ordinary::{document, sheet_of_month};
use bunri_legacy::point::NORMAL;
use bunri_legacy::schema::TableName;
use jiff::civil::Date;
use rusqlite::types::Value;

use crate::planted::Fate;
use crate::story::stage::document_at;
use crate::story::{Stage, Told};

/// Natural-looking telephone numbers in spellings that do not look alike to a text search.
const PHONES: [&str; 8] = [
    "０９０－１２３４－５６７８",
    "090-1234-5679",
    "090(1234)5680",
    "+81 90-1234-5681",
    "090−1234−5682",
    "090‐1234‐5683",
    "090–1234–5684",
    "090ー1234ー5685",
];

/// One day in the calendars of forty years, and days that no calendar has.
const RECEIVED: [&str; 13] = [
    "2016-04-01",
    "H28.04.01",
    "平28/4/1",
    "4280401",
    "H32.03.31",
    "R01.05.01",
    "昭和64年1月8日",
    "S75.12.01",
    "99991231",
    "00000000",
    "20160231",
    "9999/99/99",
    "未定",
];

impl Stage<'_> {
    /// An own period, with a contract and a name-holder.
    pub(crate) fn ours(&mut self, no: i64) -> Told {
        let wheeling = self.wheeling(no);
        self.is(self.period(no), "retailer_code", Fate::Both)?;
        let end = self.end_of(no);
        self.is(self.period(no), "valid_until", end)?;
        self.is(self.link(no), "valid_from", Fate::Both)?;
        self.is(self.consumer(no), "consumer_name", Fate::Both)?;
        self.is(self.consumer(no), "search_name_kana", Fate::Operator)?;
        self.is(wheeling.clone(), "wheeling_contract_no", Fate::Both)?;
        self.is(wheeling, "updated_by", Fate::Operator)?;
        self.is(self.retail(no), "bank_account", Fate::Retail)?;
        self.is(self.retail(no), "updated_by", Fate::Nowhere)
    }

    /// An end that has come is known to both. One after the cutover, the open one too, stays with the operator:
    /// it comes from the next retailer's request.
    fn end_of(&self, no: i64) -> Fate {
        let mut periods = self.point.periods.iter();
        let runs_on = periods.any(|period| period.no == no && period.until >= CUTOVER);
        if runs_on {
            Fate::OwnWithheld
        } else {
            Fate::Both
        }
    }

    /// Another supplier's period: canaries where a name stands, natural values beside them.
    pub(crate) fn theirs(&mut self, no: i64) -> Told {
        self.anothers(no, Fate::Operator, Fate::Operator)?;
        self.is(self.link(no), "valid_from", Fate::Operator)
    }

    /// A period that nobody can decide.
    pub(crate) fn unclear(&mut self, no: i64) -> Told {
        self.unclear_with(no, Fate::Waiting)
    }

    /// The same, where the wheeling contract has a code of its own: one that names another retailer decides it.
    pub(crate) fn unclear_with(&mut self, no: i64, contract: Fate) -> Told {
        self.anothers(no, Fate::Waiting, contract)?;
        self.is(self.link(no), "valid_from", Fate::Waiting)
    }

    fn anothers(&mut self, no: i64, fate: Fate, contract: Fate) -> Told {
        let wheeling = self.wheeling(no);
        let phone = self.one_of(&PHONES);
        self.is(self.period(no), "retailer_code", fate)?;
        self.is(self.period(no), "retailer_name", fate)?;
        self.canary(self.consumer(no), "consumer_name", fate)?;
        self.canary(self.consumer(no), "contract_holder_kana", fate)?;
        self.put(self.consumer(no), "contact_phone", text(phone), fate)?;
        self.canary(self.consumer(no), "remarks", Fate::Operator)?;
        self.is(wheeling.clone(), "wheeling_contract_no", contract)?;
        self.is(wheeling.clone(), "balancing_group_code", contract)?;
        self.canary(wheeling, "billing_addressee", contract)
    }

    /// The point itself as it stands on the cutover day.
    pub(crate) fn place_is(&mut self, fate: Fate) -> Told {
        let received = self.one_of(&RECEIVED);
        self.is(self.place(), "supply_point_id", fate)?;
        self.is(self.place(), "service_address", fate)?;
        self.is(self.place(), "contract_power_kw", fate)?;
        self.put(
            self.place(),
            "change_request_received_date",
            text(received),
            fate,
        )?;
        self.is(self.place(), "updated_by", Fate::Operator)?;
        self.is(self.only(TableName::Meter), "meter_no", fate)
    }

    /// Another reading at this point.
    pub(crate) fn add_reading(
        &mut self,
        from: &str,
        until: &str,
        usage: Value,
        written: &str,
    ) -> Told {
        let id = self.point.id.clone();
        self.add(
            TableName::Monthly,
            &[
                ("supply_point_id", text(id)),
                ("period_from", text(from)),
                ("period_until", text(until)),
                ("usage_kwh", usage),
                ("updated_by", text("KENSHIN")),
                ("updated_at", text(written)),
            ],
        )
    }

    /// A row of the ledger that no contract goes with.
    pub(crate) fn add_period(
        &mut self,
        table: TableName,
        no: i64,
        from: &str,
        until: &str,
        code: &str,
        cancelled: &str,
    ) -> Told {
        let id = self.point.id.clone();
        self.add(
            table,
            &[
                ("supply_point_id", text(id)),
                ("period_no", int(no)),
                ("valid_from", text(from)),
                ("valid_until", text(until)),
                ("retailer_code", text(code)),
                ("supply_kind", text(NORMAL)),
                ("cancelled_flag", text(cancelled)),
                ("updated_by", text("SWBATCH")),
                ("updated_at", shown(format!("{from} 02:00:00"))),
            ],
        )
    }

    /// The sheet of daily values of the month that a day lies in.
    pub(crate) fn add_sheet(&mut self, day: Date) {
        let point = self.point.clone();
        sheet_of_month(&point, day, self.rows());
    }

    /// A stop of the supply, and when it was written down.
    pub(crate) fn add_stop(&mut self, from: &str, until: &str, written: &str) -> Told {
        let id = self.point.id.clone();
        self.add(
            TableName::Interruption,
            &[
                ("supply_point_id", text(id)),
                ("stopped_at", text(from)),
                ("resumed_at", text(until)),
                ("reason", text("料金未払")),
                ("updated_by", text("KYUDEN")),
                ("updated_at", text(written)),
            ],
        )
    }

    /// A scan with this title, and where it ends.
    pub(crate) fn add_document(
        &mut self,
        no: &str,
        owner: (&str, i64),
        title: &str,
        fate: Fate,
    ) -> Told {
        let row = document(no, owner, ("本人確認書類", title.to_owned()), FREEZE);
        self.rows().push(TableName::Document, row);
        self.is(document_at(no), "document_title", fate)
    }

    /// The item whose turn it is: stories take turns by their point.
    fn one_of(&self, items: &[&'static str]) -> &'static str {
        let count = u64::try_from(items.len()).unwrap_or(1);
        items[usize::try_from(self.point.index % count).unwrap_or(0)]
    }
}
