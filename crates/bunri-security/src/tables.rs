//! Which tables a system may have, and their fields, by our names. The incident file says where each is and what its columns are
//! called there; this list is also what `docs/incidents.md` and the JSON schema of the file are held against.

/// A table of the system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TableName {
    /// Screens.
    Screens,
    /// Items on screens.
    ScreenFields,
    /// Ways from a screen to another.
    Transitions,
    /// Roles.
    Roles,
    /// Which screens a role may open.
    RoleScreens,
    /// Accounts.
    Accounts,
    /// People who changed their post.
    Transfers,
    /// Emergency and standing rights.
    Grants,
    /// Declared emergencies.
    Declarations,
    /// Terminals.
    Terminals,
    /// Rooms.
    Rooms,
    /// Who signed in where.
    Logins,
    /// Requests to switch a point to a retailer.
    SwitchingRequests,
    /// In which area a point lies.
    PointAreas,
    /// The access log; in `[access_log]`, and not among the tables.
    AccessLog,
}

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    /// A name or number, compared as text without the blanks around it.
    Name,
    /// Names in one cell (`separator`, `every`).
    Names,
    /// Yes or no (`yes`, `no`).
    Truth,
    /// A day (`open`).
    Day,
    /// A moment; a day is its begin.
    From,
    /// A moment; a day is its end, included (`open`).
    Until,
    /// What kind of right (`emergency`, `standing`).
    GrantKind,
    /// A whole number, not below 0.
    Number,
}

/// A field of a table.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// Our name.
    pub name: &'static str,
    /// What it holds.
    pub kind: FieldKind,
    /// Whether the incident file has to say its column, and every row has to fill it.
    pub need: Need,
}

/// Whether a field may be missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Every row says it.
    Filled,
    /// There is a column; a row may leave it empty.
    Column,
    /// Neither.
    Optional,
}

/// A table.
#[derive(Debug)]
pub struct TableSpec {
    /// Which.
    pub table: TableName,
    /// Our name, as in `[tables.NAME]`.
    pub name: &'static str,
    /// Its fields.
    pub fields: &'static [Field],
    /// Fields of which no two rows have the same values; none: rows may repeat.
    pub key: &'static [&'static str],
}

const fn filled(name: &'static str, kind: FieldKind) -> Field {
    Field {
        name,
        kind,
        need: Need::Filled,
    }
}

const fn column(name: &'static str, kind: FieldKind) -> Field {
    Field {
        name,
        kind,
        need: Need::Column,
    }
}

const fn optional(name: &'static str, kind: FieldKind) -> Field {
    Field {
        name,
        kind,
        need: Need::Optional,
    }
}

use FieldKind::{Day, From, GrantKind, Name, Names, Number, Truth, Until};

/// Every table, in the order in which they are told of.
pub static TABLES: [TableSpec; 14] = [
    TableSpec {
        table: TableName::Screens,
        name: "screens",
        fields: &[
            filled("screen", Name),
            optional("system", Name),
            optional("own_only", Truth),
        ],
        key: &["screen"],
    },
    TableSpec {
        table: TableName::ScreenFields,
        name: "screen_fields",
        fields: &[
            filled("screen", Name),
            filled("field", Name),
            column("table", Name),
            column("column", Name),
            filled("masked", Truth),
        ],
        key: &["screen", "field"],
    },
    TableSpec {
        table: TableName::Transitions,
        name: "transitions",
        fields: &[
            filled("from", Name),
            filled("key", Name),
            filled("to", Name),
            optional("checked", Truth),
        ],
        key: &["from", "key", "to"],
    },
    TableSpec {
        table: TableName::Roles,
        name: "roles",
        fields: &[filled("role", Name), filled("company", Name)],
        key: &["role"],
    },
    TableSpec {
        table: TableName::RoleScreens,
        name: "role_screens",
        fields: &[filled("role", Name), filled("screen", Name)],
        key: &["role", "screen"],
    },
    TableSpec {
        table: TableName::Accounts,
        name: "accounts",
        fields: &[
            filled("account", Name),
            column("owner", Name),
            filled("company", Name),
            optional("department", Name),
            optional("roles", Names),
            optional("shared", Truth),
            optional("locked", Truth),
            optional("password_set", Day),
        ],
        key: &["account"],
    },
    TableSpec {
        table: TableName::Transfers,
        name: "transfers",
        fields: &[
            filled("person", Name),
            filled("from_company", Name),
            optional("from_department", Name),
            filled("to_company", Name),
            optional("to_department", Name),
            filled("date", Day),
        ],
        key: &["person", "date"],
    },
    TableSpec {
        table: TableName::Grants,
        name: "grants",
        fields: &[
            filled("grant", Name),
            optional("account", Name),
            optional("role", Name),
            filled("kind", GrantKind),
            optional("screens", Names),
            optional("columns", Names),
            optional("area", Name),
            filled("from", From),
            column("until", Until),
            optional("declaration", Name),
            optional("reviewed", Day),
        ],
        key: &["grant"],
    },
    TableSpec {
        table: TableName::Declarations,
        name: "declarations",
        fields: &[
            filled("declaration", Name),
            optional("area", Names),
            filled("from", From),
            filled("until", Until),
            optional("columns", Names),
        ],
        key: &["declaration"],
    },
    TableSpec {
        table: TableName::Terminals,
        name: "terminals",
        fields: &[
            filled("terminal", Name),
            filled("company", Name),
            column("room", Name),
        ],
        key: &["terminal"],
    },
    TableSpec {
        table: TableName::Rooms,
        name: "rooms",
        fields: &[filled("room", Name), filled("company", Name)],
        key: &["room"],
    },
    TableSpec {
        table: TableName::Logins,
        name: "logins",
        fields: &[
            filled("account", Name),
            filled("terminal", Name),
            filled("at", From),
        ],
        key: &[],
    },
    TableSpec {
        table: TableName::SwitchingRequests,
        name: "switching_requests",
        fields: &[
            filled("date", Day),
            filled("point", Name),
            filled("retailer", Name),
        ],
        key: &[],
    },
    TableSpec {
        table: TableName::PointAreas,
        name: "point_areas",
        fields: &[filled("point", Name), filled("area", Name)],
        key: &["point"],
    },
];

/// The access log: what was done, by whom, from where, of which point.
pub static ACCESS_LOG: TableSpec = TableSpec {
    table: TableName::AccessLog,
    name: "access_log",
    fields: &[
        filled("at", From),
        filled("account", Name),
        column("action", Name),
        optional("terminal", Name),
        optional("screen", Name),
        optional("search", Name),
        optional("point", Name),
        optional("columns", Names),
        optional("rows", Number),
        optional("sequence", Number),
    ],
    key: &[],
};

impl TableName {
    /// Its description.
    #[must_use]
    pub fn spec(self) -> &'static TableSpec {
        // In the order of the enum, with the log behind them; a test holds that.
        TABLES.get(self as usize).unwrap_or(&ACCESS_LOG)
    }

    /// Our name.
    #[must_use]
    pub fn word(self) -> &'static str {
        self.spec().name
    }
}

impl TableSpec {
    /// The place of a field.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|field| field.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_stand_in_the_order_of_their_names_and_keys_are_fields() {
        for (place, spec) in TABLES.iter().enumerate() {
            assert_eq!(spec.table as usize, place);
            assert!(spec.key.iter().all(|key| spec.field(key).is_some()));
        }
    }
}
