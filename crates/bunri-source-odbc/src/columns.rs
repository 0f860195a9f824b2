//! The columns of a table or view: by the database's own lists where they say more than a driver does, else as the driver describes them.

use bunri_odbc::{AnswerColumn, Connection, Dbms, OdbcError, TableEntry, literal};

use crate::form::{Column, MariadbType};

/// In the database's order.
pub(crate) fn columns_of(
    connection: &Connection,
    entry: &TableEntry,
) -> Result<Vec<Column>, OdbcError> {
    let action = format!("list the columns of \"{}\"", entry.called);
    let columns = match connection.dbms() {
        Dbms::Mariadb => mariadb(connection, entry, &action)?,
        Dbms::Postgresql => postgresql(connection, entry, &action)?,
        Dbms::Sqlite => sqlite(connection, entry, &action)?,
        Dbms::SqlServer | Dbms::Oracle | Dbms::Db2 | Dbms::Other => {
            let described = describe(connection, entry, &action)?;
            return Ok(described
                .into_iter()
                .map(|column| Column::described(connection, column))
                .collect());
        }
    };
    // Who may not read a table sees none of its columns, in some lists: then the refusal itself says why.
    if columns.is_empty() {
        describe(connection, entry, &action)?;
        return Err(connection.strange(&action));
    }
    Ok(columns)
}

/// The answer of a statement that gives no rows.
fn describe(
    connection: &Connection,
    entry: &TableEntry,
    action: &str,
) -> Result<Vec<AnswerColumn>, OdbcError> {
    let sql = format!("SELECT * FROM {} WHERE 1 = 0", entry.sql_name(connection));
    connection.describe(action, &sql)
}

/// So many cells of a row; NULL is the empty text.
pub(crate) fn cells<const N: usize>(row: Vec<Option<String>>) -> [String; N] {
    let mut cells = row.into_iter();
    std::array::from_fn(|_| cells.next().flatten().unwrap_or_default())
}

fn mariadb(
    connection: &Connection,
    entry: &TableEntry,
    action: &str,
) -> Result<Vec<Column>, OdbcError> {
    let sql = format!(
        "SELECT COLUMN_NAME, DATA_TYPE, COLUMN_TYPE, IS_NULLABLE, CHARACTER_SET_NAME, CHARACTER_MAXIMUM_LENGTH, NUMERIC_PRECISION, \
         NUMERIC_SCALE, COLUMN_KEY FROM information_schema.COLUMNS \
         WHERE TABLE_SCHEMA = DATABASE() AND CONVERT(TABLE_NAME USING utf8mb4) COLLATE utf8mb4_bin = {} ORDER BY ORDINAL_POSITION",
        literal(&entry.name)
    );
    let rows = connection.rows(action, &sql)?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let [
                name,
                word,
                declared,
                nullable,
                charset,
                characters,
                precision,
                scale,
                key,
            ] = cells(row);
            // The values of an enumeration are no part of what a message says of its type.
            let declared = match word.as_str() {
                "enum" | "set" => word.clone(),
                _ => declared,
            };
            let of = MariadbType {
                word: &word,
                declared,
                charset: &charset,
                characters: characters.parse().unwrap_or_default(),
                digits: precision.parse().ok().zip(scale.parse().ok()),
            };
            let mut column = Column::mariadb(connection, name, of, nullable == "NO");
            column.is_primary = key == "PRI";
            column
        })
        .collect())
}

fn postgresql(
    connection: &Connection,
    entry: &TableEntry,
    action: &str,
) -> Result<Vec<Column>, OdbcError> {
    // A domain is over a type, perhaps over another domain.
    let sql = format!(
        "WITH RECURSIVE base AS (\
         SELECT a.attnum, a.attname, a.attnotnull, a.atttypid AS type, a.atttypmod AS modifier FROM pg_attribute a \
         JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace \
         WHERE n.nspname = {} AND c.relname = {} AND a.attnum > 0 AND NOT a.attisdropped \
         UNION ALL SELECT b.attnum, b.attname, b.attnotnull, t.typbasetype, t.typtypmod \
         FROM base b JOIN pg_type t ON t.oid = b.type WHERE t.typtype = 'd') \
         SELECT b.attname::text, CASE WHEN n.nspname = 'pg_catalog' THEN t.typname::text ELSE '' END, \
         format_type(b.type, b.modifier), b.attnotnull::text \
         FROM base b JOIN pg_type t ON t.oid = b.type JOIN pg_namespace n ON n.oid = t.typnamespace \
         WHERE t.typtype <> 'd' ORDER BY b.attnum",
        literal(entry.schema.as_deref().unwrap_or_default()),
        literal(&entry.name)
    );
    let rows = connection.rows(action, &sql)?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let [name, word, declared, not_null] = cells(row);
            Column::postgresql(connection, name, &word, declared, not_null == "true")
        })
        .collect())
}

fn sqlite(
    connection: &Connection,
    entry: &TableEntry,
    action: &str,
) -> Result<Vec<Column>, OdbcError> {
    // Generated columns are columns; what a virtual table hides is none.
    let sql = format!(
        "SELECT name, type, \"notnull\" FROM pragma_table_xinfo({}) WHERE hidden <> 1 ORDER BY cid",
        literal(&entry.name)
    );
    let rows = connection.rows(action, &sql)?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let [name, declared, not_null] = cells(row);
            Column::sqlite(connection, name, declared, not_null == "1")
        })
        .collect())
}
