//! The tables of the security system, row by row. What is wrong in them, each once:
//!
//! | what | scenario |
//! |---|---|
//! | `S04` | masks name and phone, and shows `remarks_1` and `contract_power_kw` |
//! | `S03` –`PF9`→ `S01` | a way that nobody closed |
//! | `N-0457` | its owner `P-88` left on 2025-04-01; the password is of 2024 |
//! | `GRID-OPS` | an account of a whole shift |
//! | `T-501` | 甲送配電's, delivered to 甲電力's room |
//! | `T-888` | stands nobody knows where |
//! | `GR-8` | an emergency right without end, declaration, review, and for everything |
//! | `GR-11` | an emergency right of four months for an emergency of four days |
//! | `GR-3` | a standing right of 甲電力's to `S01` |
//!
//! `GR-7` itself is as it should be: what is wrong was done with it (the log).

/// A table and its rows.
pub(crate) struct SecurityTable {
    pub(crate) name: &'static str,
    pub(crate) columns: &'static [&'static str],
    pub(crate) rows: &'static [&'static [Option<&'static str>]],
}

macro_rules! rows {
    ($([$($cell:tt),* $(,)?]),* $(,)?) => { &[$(&[$(rows!(@ $cell)),*]),*] };
    (@ _) => { None };
    (@ $cell:literal) => { Some($cell) };
}

/// Every table but those that follow from the log and the points.
pub(crate) static TABLES: [SecurityTable; 11] = [
    SecurityTable {
        name: "t_screen",
        columns: &["screen_id", "system_name", "own_check"],
        rows: rows![
            ["S00", "営配", "0"],
            ["S01", "営配", "0"],
            ["S02", "営配", "0"],
            ["S03", "営配", "1"],
            ["S04", "営配", "0"],
            ["S05", "営配", "0"],
            ["G01", "給電", "0"],
        ],
    },
    SecurityTable {
        name: "t_screen_item",
        columns: &["screen_id", "item_no", "db_table", "db_column", "mask"],
        rows: rows![
            ["S01", "010", "supply_point", "supply_point_id", "0"],
            ["S01", "020", "supply_point", "service_address", "0"],
            ["S01", "030", "supply_point", "contract_power_kw", "0"],
            ["S01", "040", "consumer", "consumer_name", "0"],
            ["S01", "050", "consumer", "contact_phone", "0"],
            ["S01", "060", "supply_period", "retailer_code", "0"],
            ["S01", "070", "supply_point", "remarks_1", "0"],
            [
                "S02",
                "010",
                "wheeling_contract",
                "wheeling_contract_no",
                "0"
            ],
            ["S02", "020", "supply_period", "valid_until", "0"],
            ["S03", "010", "supply_point", "supply_point_id", "0"],
            ["S03", "020", "supply_point", "service_address", "0"],
            ["S03", "030", "consumer", "consumer_name", "0"],
            ["S03", "040", "meter_reading_monthly", "usage_kwh", "0"],
            ["S03", "050", "supply_point", "remarks_1", "1"],
            ["S04", "010", "supply_point", "supply_point_id", "0"],
            ["S04", "020", "supply_point", "service_address", "0"],
            ["S04", "030", "consumer", "consumer_name", "1"],
            ["S04", "040", "consumer", "consumer_phone", "1"],
            ["S04", "050", "supply_point", "contract_power_kw", "0"],
            ["S04", "060", "supply_point", "remarks_1", "0"],
            ["S05", "010", "supply_point", "supply_point_id", "0"],
            ["S05", "020", "supply_point", "service_address", "0"],
            ["G01", "010", _, _, "0"],
        ],
    },
    SecurityTable {
        name: "t_transition",
        columns: &["screen_id", "pf_key", "next_screen_id", "auth_check"],
        rows: rows![
            ["S00", "PF1", "S01", "1"],
            ["S00", "PF3", "S03", "1"],
            ["S00", "PF4", "S04", "1"],
            ["S00", "PF5", "S05", "1"],
            ["S01", "PF2", "S02", "1"],
            ["S01", "PF12", "S00", "1"],
            ["S02", "PF12", "S01", "1"],
            ["S03", "PF9", "S01", "0"],
            ["S03", "PF12", "S00", "0"],
            ["S04", "PF3", "S03", "1"],
            ["S04", "PF12", "S00", "0"],
            ["S05", "ENTER", "S03", "1"],
            ["S05", "PF12", "S00", "0"],
        ],
    },
    SecurityTable {
        name: "t_role",
        columns: &["role_id", "company"],
        rows: rows![
            ["SALES", "甲電力"],
            ["OPER", "甲送配電"],
            ["GRID", "甲送配電"],
            ["BATCH", "甲情報システム"],
        ],
    },
    SecurityTable {
        name: "t_role_screen",
        columns: &["role_id", "screen_id"],
        rows: rows![
            ["SALES", "S00"],
            ["SALES", "S03"],
            ["SALES", "S04"],
            ["SALES", "S05"],
            ["OPER", "S00"],
            ["OPER", "S01"],
            ["OPER", "S02"],
            ["OPER", "S03"],
            ["OPER", "S04"],
            ["OPER", "S05"],
            ["GRID", "G01"],
        ],
    },
    SecurityTable {
        name: "t_user",
        columns: &[
            "user_id",
            "employee_no",
            "company",
            "section",
            "roles",
            "shared",
            "stopped",
            "pw_changed",
        ],
        rows: rows![
            [
                "K-1101",
                "P-11",
                "甲電力",
                "営業部",
                "SALES",
                "0",
                "0",
                "2026-01-15"
            ],
            [
                "K-1102",
                "P-12",
                "甲電力",
                "営業部",
                "SALES",
                "0",
                "0",
                "2026-01-15"
            ],
            [
                "K-1207",
                "P-17",
                "甲電力",
                "営業部",
                "SALES",
                "0",
                "0",
                "2026-02-03"
            ],
            [
                "K-1208",
                "P-18",
                "甲電力",
                "営業部",
                "SALES",
                "0",
                "0",
                "2026-02-03"
            ],
            [
                "K-3301",
                "P-31",
                "甲電力",
                "法人部",
                "SALES",
                "0",
                "0",
                "2026-01-20"
            ],
            [
                "K-3302",
                "P-32",
                "甲電力",
                "法人部",
                "SALES",
                "0",
                "0",
                "2026-01-20"
            ],
            [
                "E-0007",
                "P-17",
                "甲電力",
                "非常災害対策室",
                "SALES",
                "0",
                "0",
                "2026-01-05"
            ],
            [
                "N-0101",
                "P-51",
                "甲送配電",
                "託送部",
                "OPER",
                "0",
                "0",
                "2026-01-08"
            ],
            [
                "N-0102",
                "P-52",
                "甲送配電",
                "託送部",
                "OPER",
                "0",
                "0",
                "2026-01-08"
            ],
            [
                "N-0300",
                "P-53",
                "甲送配電",
                "託送部",
                "OPER",
                "0",
                "1",
                "2022-04-01"
            ],
            [
                "N-0457",
                "P-88",
                "甲送配電",
                "託送部",
                "OPER",
                "0",
                "0",
                "2024-02-01"
            ],
            [
                "K-1300",
                "P-88",
                "甲電力",
                "営業部",
                "SALES",
                "0",
                "0",
                "2026-01-15"
            ],
            [
                "GRID-OPS",
                _,
                "甲送配電",
                "給電指令所",
                "GRID",
                "1",
                "0",
                "2026-02-10"
            ],
            [
                "B-3100",
                _,
                "甲情報システム",
                "運用課",
                "BATCH",
                "0",
                "0",
                "2026-01-04"
            ],
        ],
    },
    SecurityTable {
        name: "t_transfer",
        columns: &[
            "employee_no",
            "from_company",
            "from_section",
            "to_company",
            "to_section",
            "on_date",
        ],
        rows: rows![
            [
                "P-88",
                "甲送配電",
                "託送部",
                "甲電力",
                "営業部",
                "2025-04-01"
            ],
            // Left, and the account was stopped.
            [
                "P-53",
                "甲送配電",
                "託送部",
                "甲水力",
                "運転課",
                "2024-07-01"
            ],
            // Came from elsewhere, and has the account of where it is.
            [
                "P-52",
                "甲電力",
                "営業部",
                "甲送配電",
                "託送部",
                "2023-07-01"
            ],
        ],
    },
    SecurityTable {
        name: "t_grant",
        columns: &[
            "grant_id",
            "user_id",
            "role_id",
            "kind",
            "screens",
            "items",
            "office",
            "valid_from",
            "valid_until",
            "declaration_id",
            "reviewed_on",
        ],
        rows: rows![
            [
                "GR-7",
                "E-0007",
                _,
                "緊急",
                "S01",
                "supply_point.service_address;consumer.contact_phone",
                "乙原営業所",
                "2024-01-01 16:30:00",
                "2024-01-05 16:30:00",
                "DEC-2024-01",
                "2024-02-01",
            ],
            [
                "GR-8",
                "K-1102",
                _,
                "緊急",
                "*",
                "*",
                _,
                "2019-10-13 00:00:00",
                _,
                _,
                _
            ],
            [
                "GR-11",
                "K-1101",
                _,
                "緊急",
                "S01",
                "supply_point.service_address",
                "丁山営業所",
                "2025-09-10 12:00:00",
                "2026-01-10 12:00:00",
                "DEC-2025-09",
                "2026-01-31",
            ],
            [
                "GR-3",
                "K-3302",
                _,
                "常設",
                "S01",
                "supply_point.service_address",
                _,
                "2021-04-01 00:00:00",
                _,
                _,
                "2025-12-01",
            ],
            [
                "GR-4",
                _,
                "OPER",
                "常設",
                "S02",
                "*",
                _,
                "2021-04-01 00:00:00",
                _,
                _,
                "2025-12-01",
            ],
        ],
    },
    SecurityTable {
        name: "t_declaration",
        columns: &[
            "declaration_id",
            "offices",
            "declared_at",
            "lifted_at",
            "items",
        ],
        rows: rows![
            [
                "DEC-2024-01",
                "乙原営業所",
                "2024-01-01 16:10:00",
                "2024-01-05 17:00:00",
                "supply_point.service_address;consumer.contact_phone",
            ],
            [
                "DEC-2025-09",
                "丁山営業所;丙川営業所",
                "2025-09-10 11:00:00",
                "2025-09-14 18:00:00",
                "supply_point.service_address;consumer.contact_phone",
            ],
        ],
    },
    SecurityTable {
        name: "t_terminal",
        columns: &["term_id", "owner_company", "room_id"],
        rows: rows![
            ["T-101", "甲送配電", "R-S1"],
            ["T-102", "甲送配電", "R-S1"],
            ["T-210", "甲電力", "R-K1"],
            ["T-211", "甲電力", "R-K1"],
            ["T-301", "甲情報システム", "R-J1"],
            ["T-501", "甲送配電", "R-K1"],
            ["T-777", "甲送配電", "R-S1"],
            ["T-888", "甲送配電", _],
            ["T-901", "甲送配電", "R-G1"],
        ],
    },
    SecurityTable {
        name: "t_room",
        columns: &["room_id", "company"],
        rows: rows![
            ["R-S1", "甲送配電"],
            ["R-G1", "甲送配電"],
            ["R-K1", "甲電力"],
            ["R-J1", "甲情報システム"],
        ],
    },
];
