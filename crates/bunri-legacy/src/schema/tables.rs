//! Every table of the legacy database, column by column.

use super::{Column, Kind, Table, column, date, decimal, int, moment, table, text};

/// The ledger, in the table of today and in the one that a yearly batch moves what is over to.
const LEDGER: &[Column] = &[
    text("supply_point_id"),
    int("period_no"),
    date("valid_from"),
    date("valid_until"),
    text("retailer_code"),
    text("retailer_name"),
    text("supply_kind"),
    text("cancelled_flag"),
    text("updated_by"),
    moment("updated_at"),
];

/// A sheet a month: its first and last day, its total, its greatest half hour and when that ended, and a column for each day.
const SHEET: [Column; 38] = {
    let mut columns = [decimal("", 1); 38];
    columns[0] = text("supply_point_id");
    columns[1] = int("reading_month");
    columns[2] = date("month_start");
    columns[3] = date("month_end");
    columns[4] = decimal("month_kwh", 1);
    columns[5] = decimal("max_kw", 1);
    columns[6] = moment("max_at");
    let mut day = 0;
    while day < DAYS.len() {
        columns[7 + day] = decimal(DAYS[day], 1);
        day += 1;
    }
    columns
};

/// The columns of a sheet's days.
const DAYS: [&str; 31] = [
    "d01", "d02", "d03", "d04", "d05", "d06", "d07", "d08", "d09", "d10", "d11", "d12", "d13",
    "d14", "d15", "d16", "d17", "d18", "d19", "d20", "d21", "d22", "d23", "d24", "d25", "d26",
    "d27", "d28", "d29", "d30", "d31",
];

/// In the order of [`super::TableName`]; a test holds that.
pub static TABLES: [Table; 27] = [
    table(
        "supply_point",
        &["supply_point_id"],
        &[
            text("supply_point_id"),
            text("area_code"),
            text("service_address"),
            text("supply_method"),
            text("service_pole_no"),
            int("meter_reading_day"),
            int("contract_current_a"),
            decimal("contract_capacity_kva", 1),
            decimal("contract_power_kw", 1),
            text("contract_unit"),
            text("contract_kind"),
            text("connection_service_menu"),
            text("voltage_class"),
            text("change_request_received_date"),
            column("deleted_flag", Kind::Bool),
            decimal("contract_amount", 1),
            int("power_factor_pct"),
            int("peak_month"),
            decimal("peak_kw", 1),
            text("previous_holder"),
            date("previous_until"),
            text("legacy_customer_no"),
            text("remarks_1"),
            text("filler_json"),
            text("created_by"),
            text("updated_by"),
            text("update_program"),
            text("batch_id"),
            moment("updated_at"),
        ],
    ),
    table("supply_period", &["supply_point_id", "period_no"], LEDGER),
    table(
        "supply_period_old",
        &["supply_point_id", "period_no"],
        LEDGER,
    ),
    table(
        "consumer",
        &["consumer_id"],
        &[
            int("consumer_id"),
            text("contract_holder_name"),
            text("contract_holder_kana"),
            text("consumer_name"),
            text("consumer_phone"),
            text("contact_phone"),
            text("search_name_kana"),
            text("remarks"),
            text("updated_by"),
            moment("updated_at"),
        ],
    ),
    table(
        "consumer_point",
        &["consumer_id", "supply_point_id", "valid_from"],
        &[
            int("consumer_id"),
            text("supply_point_id"),
            date("valid_from"),
            date("valid_until"),
            text("relation"),
            text("updated_by"),
            moment("updated_at"),
        ],
    ),
    table(
        "wheeling_contract",
        &["wheeling_contract_no"],
        &[
            text("wheeling_contract_no"),
            text("supply_point_id"),
            text("retailer_code"),
            text("balancing_group_code"),
            date("contract_from"),
            date("contract_until"),
            text("connection_service_menu"),
            decimal("contract_power_kw", 1),
            text("billing_addressee"),
            column("seal_image", Kind::Bytes),
            text("clerk_memo"),
            text("updated_by"),
            moment("created_at"),
            moment("updated_at"),
        ],
    ),
    table(
        "retail_contract",
        &["retail_contract_no"],
        &[
            text("retail_contract_no"),
            text("supply_point_id"),
            int("consumer_id"),
            text("tariff_code"),
            date("contract_from"),
            date("contract_until"),
            text("bank_account"),
            text("sales_memo"),
            text("updated_by"),
            moment("updated_at"),
        ],
    ),
    table(
        "meter",
        &["meter_no"],
        &[
            text("meter_no"),
            text("supply_point_id"),
            text("meter_kind"),
            column("smart_meter_flag", Kind::Bool),
            int("ct_ratio"),
            date("installed_on"),
            date("removed_on"),
            text("communication_state"),
            text("updated_by"),
        ],
    ),
    table(
        "meter_installation",
        &["meter_no", "installed_on"],
        &[
            text("meter_no"),
            date("installed_on"),
            text("supply_point_id"),
            date("removed_on"),
            text("updated_by"),
        ],
    ),
    table(
        "meter_reading_monthly",
        &["supply_point_id", "period_from"],
        &[
            text("supply_point_id"),
            date("period_from"),
            date("period_until"),
            decimal("usage_kwh", 1),
            decimal("meter_indication", 1),
            text("remarks"),
            text("updated_by"),
            moment("updated_at"),
        ],
    ),
    Table {
        indexed: false,
        ..table(
            "meter_reading_halfhour",
            &["supply_point_id", "reading_date", "slot"],
            &[
                text("supply_point_id"),
                date("reading_date"),
                int("slot"),
                decimal("usage_kwh", 2),
            ],
        )
    },
    table(
        "meter_reading_daily",
        &["supply_point_id", "reading_month"],
        &SHEET,
    ),
    table(
        "meter_reading_spot",
        &["meter_no", "read_on"],
        &[
            text("meter_no"),
            date("read_on"),
            moment("written_at"),
            decimal("meter_indication", 1),
            text("remarks"),
        ],
    ),
    table(
        "supply_interruption",
        &["supply_point_id", "stopped_at"],
        &[
            text("supply_point_id"),
            column("stopped_at", Kind::UtcTimestamp),
            column("resumed_at", Kind::UtcTimestamp),
            text("reason"),
            text("updated_by"),
            moment("updated_at"),
        ],
    ),
    table(
        "switching_request",
        &["request_no"],
        &[
            text("request_no"),
            int("receipt_no"),
            text("supply_point_id"),
            text("requester_code"),
            text("request_kind"),
            column("requested_start", Kind::SlashedDate),
            moment("received_at"),
            text("current_retailer_code"),
            text("message_sender"),
            text("remarks"),
        ],
    ),
    table(
        "document",
        &["document_no"],
        &[
            text("document_no"),
            text("owner_type"),
            column("owner_id", Kind::Owner),
            text("document_kind"),
            text("document_title"),
            column("received_on", Kind::EraDate),
            column("expires_on", Kind::Expiry),
            text("clerk_note"),
            text("scanned_by"),
        ],
    ),
    Table {
        indexed: false,
        ..table(
            "wheeling_change_history",
            &["supply_point_id", "change_no"],
            &[
                text("supply_point_id"),
                int("change_no"),
                text("change_kind"),
                date("changed_on"),
                text("old_value"),
                text("new_value"),
                text("updated_by"),
                moment("updated_at"),
            ],
        )
    },
    table(
        "load_equipment",
        &["supply_point_id", "equipment_no"],
        &[
            text("supply_point_id"),
            int("equipment_no"),
            text("equipment_kind"),
            decimal("equipment_kw", 2),
            text("remarks"),
            moment("updated_at"),
        ],
    ),
    table(
        "customer_statement",
        &["statement_no"],
        &[
            text("statement_no"),
            text("supply_point_id"),
            date("received_on"),
            text("statement_text"),
            text("updated_by"),
        ],
    ),
    table(
        "billing",
        &["billing_no"],
        &[
            text("billing_no"),
            text("retail_contract_no"),
            text("supply_point_id"),
            date("usage_from"),
            date("usage_until"),
            decimal("billed_kwh", 1),
            int("amount_yen"),
            column("issued_on", Kind::CompactDate),
            text("payer_name"),
            text("payment_state"),
            moment("updated_at"),
        ],
    ),
    table(
        "surplus_purchase",
        &["supply_point_id", "purchased_from"],
        &[
            text("supply_point_id"),
            date("purchased_from"),
            date("purchased_until"),
            text("buyer_code"),
            text("scheme"),
            decimal("unit_price_yen", 2),
            text("updated_by"),
            moment("updated_at"),
        ],
    ),
    table(
        "surplus_reading",
        &["supply_point_id", "period_from"],
        &[
            text("supply_point_id"),
            date("period_from"),
            date("period_until"),
            decimal("surplus_kwh", 1),
            int("paid_yen"),
            text("updated_by"),
            moment("updated_at"),
        ],
    ),
    Table {
        id: "bk_kenshin_20160331",
        indexed: false,
        ..table(
            "BK_検針_20160331",
            &["供給地点特定番号", "検針開始日"],
            &[
                text("供給地点特定番号"),
                date("検針開始日"),
                date("検針終了日"),
                decimal("使用量", 1),
                text("契約者名義"),
                text("備考"),
                moment("更新日時"),
            ],
        )
    },
    table(
        "area_total",
        &["area_code", "voltage_class", "total_month"],
        &[
            text("area_code"),
            text("voltage_class"),
            text("total_month"),
            decimal("total_usage_kwh", 1),
            int("reading_count"),
        ],
    ),
    table(
        "code_retailer",
        &["retailer_code"],
        &[
            text("retailer_code"),
            text("retailer_name"),
            text("retailer_kind"),
            date("last_used"),
        ],
    ),
    table(
        "code_tariff",
        &["tariff_code"],
        &[
            text("tariff_code"),
            text("tariff_name"),
            int("base_price_sen"),
            text("description"),
            date("last_used"),
        ],
    ),
    table(
        "account",
        &["account_id"],
        &[
            text("account_id"),
            text("account_name"),
            text("company_code"),
            text("role"),
            text("password_hash"),
            moment("last_login_at"),
        ],
    ),
];

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use std::path::PathBuf;

    use bunri_catalogue as catalogue;
    use bunri_parse::load;
    use bunri_types::{DateForm, JAPAN_SECONDS, ValueType};

    use super::{Kind, TABLES};

    #[test]
    fn the_shipped_catalogue_declares_every_column_as_it_is_meant() {
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../schemas/denryoku");
        let catalogue = load(&path).unwrap();
        for table in &TABLES {
            let declared = &catalogue.table(table.id).unwrap().columns;
            for (column, declared) in table.columns.iter().zip(declared) {
                assert_eq!(column.name, declared.name);
                assert_eq!(
                    column.kind,
                    kind(declared),
                    "{}.{}",
                    table.name,
                    column.name
                );
            }
        }
    }

    fn kind(column: &catalogue::Column) -> Kind {
        let reading = &column.reading;
        match column.value_type {
            ValueType::Text => Kind::Text,
            ValueType::Int if reading.nothing.is_empty() => Kind::Int,
            ValueType::Int => Kind::Owner,
            ValueType::Decimal { scale, .. } => Kind::Decimal(usize::from(scale)),
            ValueType::Date(DateForm::Iso) => Kind::Date,
            ValueType::Date(DateForm::Compact) if reading.open.is_empty() => Kind::CompactDate,
            ValueType::Date(DateForm::Compact) => Kind::Expiry,
            ValueType::Date(DateForm::Era { .. }) => Kind::EraDate,
            ValueType::Date(DateForm::Slashed) => Kind::SlashedDate,
            ValueType::Date(DateForm::IsoMidnight | DateForm::SlashedMidnight) => {
                panic!("no column of the sample is written so")
            }
            ValueType::Real => panic!("no column of the sample is a real"),
            ValueType::Timestamp if reading.moment.clock_seconds == JAPAN_SECONDS => {
                Kind::Timestamp
            }
            ValueType::Timestamp => Kind::UtcTimestamp,
            ValueType::Bool => Kind::Bool,
            ValueType::Bytes => Kind::Bytes,
        }
    }
}
