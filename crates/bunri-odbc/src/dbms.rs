//! Which database it is, as far as that changes what is asked of it; how it writes names and texts; and what it can promise to who
//! reads for hours: all tables in one state, or not.

/// A database system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dbms {
    /// MariaDB, and MySQL.
    Mariadb,
    /// PostgreSQL.
    Postgresql,
    /// SQLite.
    Sqlite,
    /// Microsoft SQL Server.
    SqlServer,
    /// Oracle Database.
    Oracle,
    /// Db2.
    Db2,
    /// Any other: standard SQL, and no promise.
    Other,
}

/// How one connection comes to see all tables in one state, whatever others write meanwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Snapshot {
    /// Whether the driver is told first that statements are bundled.
    pub(crate) bundles: bool,
    /// What begins it, in order.
    pub(crate) statements: &'static [&'static str],
    /// Where it does not hide that a table is emptied or altered: the statement that lists the tables to be locked first, as SQL
    /// writes their names.
    pub(crate) tables_to_lock: Option<&'static str>,
}

/// Every table of PostgreSQL that the user may read. A snapshot does not hide `TRUNCATE` and some forms of `ALTER`, after which it sees
/// an empty table (its manual, "Caveats" of concurrency control); the lock is the one that every `SELECT` takes, and stops no reader
/// and no writer of rows.
const POSTGRESQL_TABLES: &str = "SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname) FROM pg_catalog.pg_class c \
     JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p') \
     AND n.nspname <> 'information_schema' AND left(n.nspname, 3) <> 'pg_' \
     AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT') ORDER BY 1";

impl Dbms {
    /// By the name that it gives itself.
    pub(crate) fn of(name: &str) -> Self {
        let name = name.to_ascii_lowercase();
        let known = [
            ("mariadb", Self::Mariadb),
            ("mysql", Self::Mariadb),
            ("postgresql", Self::Postgresql),
            ("sqlite", Self::Sqlite),
            ("microsoft sql server", Self::SqlServer),
            ("oracle", Self::Oracle),
            ("db2", Self::Db2),
        ];
        let found = known.iter().find(|(begin, _)| name.starts_with(begin));
        found.map_or(Self::Other, |(_, dbms)| *dbms)
    }

    /// What a session is told before anything else: how values are written, and no limit of time.
    pub(crate) fn settings(self) -> &'static [&'static str] {
        match self {
            Self::Mariadb => &[
                // A reader that sorts for a while must not lose its connection; MariaDB alone knows the last one.
                "SET SESSION sql_mode = '', time_zone = '+00:00', net_write_timeout = 3600 /*M! , max_statement_time = 0 */",
            ],
            Self::Postgresql
            | Self::Sqlite
            | Self::SqlServer
            | Self::Oracle
            | Self::Db2
            | Self::Other => &[],
        }
    }

    /// How a connection holds one state; [`None`]: it cannot.
    pub(crate) fn snapshot(self) -> Option<Snapshot> {
        match self {
            Self::Mariadb => Some(Snapshot {
                bundles: false,
                statements: &[
                    "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ",
                    "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
                ],
                tables_to_lock: None,
            }),
            Self::Postgresql => Some(Snapshot {
                bundles: true,
                statements: &[
                    "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY",
                    "SET LOCAL statement_timeout = 0",
                    // Who waits for somebody's ALTER would make everybody else wait.
                    "SET LOCAL lock_timeout = '10s'",
                    "SET LOCAL idle_in_transaction_session_timeout = 0",
                    "SET LOCAL DateStyle = 'ISO, YMD'",
                    "SET LOCAL IntervalStyle = 'postgres'",
                    "SET LOCAL TimeZone = 'UTC'",
                    "SET LOCAL extra_float_digits = 3",
                    "SET LOCAL bytea_output = 'hex'",
                    "SET LOCAL row_security = off",
                ],
                tables_to_lock: Some(POSTGRESQL_TABLES),
            }),
            // A read transaction begins with the first row that is read, and its driver begins it with the first statement.
            Self::Sqlite => Some(Snapshot {
                bundles: true,
                statements: &["SELECT COUNT(*) FROM sqlite_master"],
                tables_to_lock: None,
            }),
            Self::SqlServer => Some(Snapshot {
                bundles: true,
                statements: &["SET TRANSACTION ISOLATION LEVEL SNAPSHOT"],
                tables_to_lock: None,
            }),
            Self::Oracle => Some(Snapshot {
                bundles: true,
                statements: &["SET TRANSACTION READ ONLY"],
                tables_to_lock: None,
            }),
            Self::Db2 | Self::Other => None,
        }
    }

    /// Whether the driver gives characters as UTF-8, byte for byte, to whoever asks for them one by one. Others are asked for
    /// UTF-16, which not every driver counts well: MariaDB's counts a character outside the first plane as one unit, and so loses
    /// the last of the text.
    pub(crate) fn gives_utf8(self) -> bool {
        match self {
            Self::Mariadb | Self::Postgresql | Self::Sqlite => true,
            Self::SqlServer | Self::Oracle | Self::Db2 | Self::Other => false,
        }
    }

    /// The schema whose tables are called by their names alone, if the job does not say; empty where there is none.
    pub(crate) fn usual_schema(self) -> &'static str {
        match self {
            Self::Postgresql => "public",
            Self::SqlServer => "dbo",
            Self::Mariadb | Self::Sqlite | Self::Oracle | Self::Db2 | Self::Other => "",
        }
    }

    /// Whether a schema is the system's own.
    pub(crate) fn is_own_schema(self, schema: &str) -> bool {
        match self {
            Self::Postgresql => schema.starts_with("pg_") || schema == "information_schema",
            Self::SqlServer => schema == "sys" || schema == "INFORMATION_SCHEMA",
            Self::Mariadb | Self::Sqlite | Self::Oracle | Self::Db2 | Self::Other => false,
        }
    }

    /// What the database itself makes of the rows of a table, for whoever wants to know that they are the same still: SQL terms over
    /// these columns, already quoted. Where it can hash a row the hashes are added up; elsewhere lengths and counts have to do.
    pub(crate) fn content_terms(self, columns: &[String]) -> Vec<String> {
        match self {
            Self::Mariadb => {
                let parts = columns.iter();
                let parts = parts.map(|name| format!("IFNULL(CAST({name} AS BINARY), x'00')"));
                let parts: Vec<String> = parts.collect();
                vec![format!(
                    "SUM(CRC32(CONCAT_WS(x'1f', {})))",
                    parts.join(", ")
                )]
            }
            Self::Postgresql => {
                let row = format!("ROW({})::text", columns.join(", "));
                vec![format!("SUM(hashtextextended({row}, 0)::numeric)")]
            }
            Self::Sqlite => columns
                .iter()
                .flat_map(|name| {
                    [
                        format!("SUM(LENGTH(CAST({name} AS BLOB)))"),
                        format!(
                            "SUM(CASE typeof({name}) WHEN 'integer' THEN {name} % 1000003 END)"
                        ),
                    ]
                })
                .collect(),
            Self::SqlServer => {
                vec![format!(
                    "SUM(CAST(BINARY_CHECKSUM({}) AS bigint))",
                    columns.join(", ")
                )]
            }
            Self::Oracle | Self::Db2 | Self::Other => columns
                .iter()
                .map(|name| format!("COUNT({name})"))
                .collect(),
        }
    }
}

/// Attributes that a driver needs to give rows one after the other and texts as they are, by the name of its library; an attribute
/// that the job sets itself is left as it is.
pub(crate) fn needs(driver: &str) -> &'static [(&'static str, &'static str)] {
    let driver = driver.to_ascii_lowercase();
    if driver.contains("maodbc") {
        // Forward only, and not all rows in memory first; 3.1.15 does not heed the latter.
        &[("CHARSET", "utf8mb4"), ("OPTION", "3145728")]
    } else if driver.contains("psqlodbc") {
        &[
            ("UseDeclareFetch", "1"),
            ("Fetch", "8192"),
            ("BoolsAsChar", "0"),
            ("MaxVarcharSize", "2147483647"),
            ("MaxLongVarcharSize", "2147483647"),
        ]
    } else {
        &[]
    }
}

/// A text in SQL of every database: without a sign that somebody reads otherwise.
#[must_use]
pub fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
