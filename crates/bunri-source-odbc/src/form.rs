//! How a type is read, by database: what the statement asks for, what the bytes that come are, and by which terms of SQL the database
//! is asked what it makes of the values itself.

use bunri_odbc::{AnswerColumn, Connection, Dbms};

/// What comes for a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// A whole number of 64 bits.
    Integer,
    /// The digits of an exact number, as they are printed.
    Digits,
    /// A number of 32 bits, as one of 64.
    Single,
    /// A number of 64 bits.
    Double,
    /// A text in UTF-8.
    Text,
    /// Bytes.
    Bytes,
    /// A day by its numbers.
    Day,
    /// A moment by its numbers.
    Moment,
    /// Whatever SQLite stores there: a letter for its class, then digits, or hexadecimal digits of its bytes.
    Stored,
}

/// Whether values are read as integers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Whole {
    Always,
    Never,
    /// Where this is true.
    When(String),
}

/// How the values of a column are compared where rows are asked for in the order of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    /// As exact numbers.
    Numbers,
    /// As days and moments.
    Moments,
    /// As texts.
    Texts,
    /// As whatever SQLite stores there.
    Stored,
}

/// A column, and how it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Column {
    pub(crate) name: String,
    /// Its type in the database's words.
    pub(crate) declared: String,
    pub(crate) not_null: bool,
    /// Whether it is of the table's primary key, where the database's lists say that.
    pub(crate) is_primary: bool,
    pub(crate) form: Form,
    /// The column itself, in SQL; the table has the name `t`.
    pub(crate) stored: String,
    /// What the statement asks for.
    pub(crate) asked: String,
    /// Whether a text or digits come as UTF-16 of the driver, and not as bytes of the database.
    pub(crate) in_units: bool,
    /// Whether a day or a moment comes as one number of its digits, `20240229` or `20240229123456`, and not in its parts.
    pub(crate) in_one_number: bool,
    /// The longest value in bytes, as its type has it; 0: not known.
    pub(crate) most_bytes: usize,
    /// How many bytes a text has, in SQL, where that is said for less than by its bytes.
    pub(crate) octets: Option<String>,
    /// Of a decimal: all digits, and those behind the point, where the type says that.
    pub(crate) digits: Option<(u8, u8)>,
    /// The bytes that come of a text or digits, in SQL.
    pub(crate) text: Option<String>,
    /// The number, in SQL, where the database can say it.
    pub(crate) number: Option<String>,
    pub(crate) whole: Whole,
    /// In a key, how its values are compared; [`None`]: the database's order may be another one than that of the values that come.
    pub(crate) order: Option<Order>,
}

/// A type of MariaDB, as its lists have it.
pub(crate) struct MariadbType<'a> {
    /// Without length and sign.
    pub(crate) word: &'a str,
    /// With them.
    pub(crate) declared: String,
    pub(crate) charset: &'a str,
    /// Of a text; of bytes, bytes.
    pub(crate) characters: usize,
    /// All digits, and those behind the point.
    pub(crate) digits: Option<(u8, u8)>,
}

/// Numbers of the types of ODBC.
mod sql_type {
    pub(super) const NUMERIC: i16 = 2;
    pub(super) const DECIMAL: i16 = 3;
    pub(super) const INTEGER: i16 = 4;
    pub(super) const SMALLINT: i16 = 5;
    pub(super) const FLOAT: i16 = 6;
    pub(super) const REAL: i16 = 7;
    pub(super) const DOUBLE: i16 = 8;
    pub(super) const DAY: i16 = 91;
    pub(super) const MOMENT: i16 = 93;
    pub(super) const LONG_VARBINARY: i16 = -4;
    pub(super) const VARBINARY: i16 = -3;
    pub(super) const BINARY: i16 = -2;
    pub(super) const BIGINT: i16 = -5;
    pub(super) const TINYINT: i16 = -6;
    pub(super) const BIT: i16 = -7;
    pub(super) const CHAR: i16 = 1;
    pub(super) const VARCHAR: i16 = 12;
    pub(super) const LONG_VARCHAR: i16 = -1;
    pub(super) const WIDE_CHAR: i16 = -8;
    pub(super) const WIDE_VARCHAR: i16 = -9;
    pub(super) const WIDE_LONG_VARCHAR: i16 = -10;
    pub(super) const GUID: i16 = -11;
    pub(super) const TIME: i16 = 92;
}

impl Column {
    fn new(connection: &Connection, name: String, declared: String, form: Form) -> Self {
        Self::stored_as(
            format!("t.{}", connection.quoted(&name)),
            name,
            declared,
            form,
        )
    }

    fn stored_as(stored: String, name: String, declared: String, form: Form) -> Self {
        Self {
            name,
            declared,
            not_null: false,
            is_primary: false,
            form,
            asked: stored.clone(),
            stored,
            in_units: false,
            in_one_number: false,
            most_bytes: 0,
            octets: None,
            digits: None,
            text: None,
            number: None,
            whole: Whole::Never,
            order: None,
        }
    }

    /// A column `k` that is read so.
    #[cfg(test)]
    pub(crate) fn of_form(form: Form) -> Self {
        Self::stored_as("t.k".to_owned(), "k".to_owned(), String::new(), form)
    }

    /// The same in a key.
    fn ordered(mut self, order: Order) -> Self {
        self.order = Some(order);
        self
    }

    fn integer(mut self, asked: String) -> Self {
        self.form = Form::Integer;
        self.number = Some(asked.clone());
        self.asked = asked;
        self.whole = Whole::Always;
        self
    }

    /// Bytes that the database makes of the value.
    fn printed(mut self, form: Form, bytes: String) -> Self {
        self.form = form;
        self.text = Some(bytes.clone());
        self.asked = bytes;
        self
    }

    /// A day or a moment of whole seconds, by the number that the database makes of it; and the text that it prints.
    fn numbered(self, form: Form, stored: &str, bytes: String) -> Self {
        let mut column = self.printed(form, bytes);
        column.asked = format!("{stored} + 0");
        column.in_one_number = true;
        column.ordered(Order::Moments)
    }

    fn double(mut self) -> Self {
        self.form = Form::Double;
        self.number = Some(self.stored.clone());
        self
    }

    /// Of MariaDB.
    pub(crate) fn mariadb(
        connection: &Connection,
        name: String,
        of: MariadbType<'_>,
        not_null: bool,
    ) -> Self {
        let MariadbType {
            word,
            declared,
            charset,
            characters,
            digits,
        } = of;
        let is_unsigned = declared.contains("unsigned");
        let all_bits = declared == "bit(64)";
        let mut column = Self::new(connection, name, declared, Form::Bytes);
        column.not_null = not_null;
        column.most_bytes = match word {
            "bigint" | "bit" => 21,
            "decimal" => digits.map_or(0, |(all, _)| usize::from(all) + 3),
            "date" | "datetime" | "time" | "timestamp" | "uuid" | "inet4" | "inet6" => 48,
            "binary" | "varbinary" => characters,
            // Four bytes a character in UTF-8; long ones are asked for.
            _ => characters.saturating_mul(4),
        };
        let stored = column.stored.clone();
        let bytes = |value: &str| format!("CAST(CAST({value} AS CHAR) AS BINARY)");
        let fits = |number: &str| Whole::When(format!("{number} <= {}", i64::MAX));
        match word {
            "bigint" if is_unsigned => {
                let mut column = column.printed(Form::Digits, bytes(&stored));
                column.whole = fits(&stored);
                column.number = Some(stored);
                column.ordered(Order::Numbers)
            }
            "tinyint" | "smallint" | "mediumint" | "int" | "bigint" => {
                column.integer(stored).ordered(Order::Numbers)
            }
            "bit" if all_bits => {
                let number = format!("CAST({stored} AS UNSIGNED)");
                let mut column = column.printed(Form::Digits, bytes(&number));
                column.whole = fits(&number);
                column.number = Some(number);
                column
            }
            "year" => {
                let number = format!("CAST({stored} AS UNSIGNED)");
                column.integer(number).ordered(Order::Numbers)
            }
            "bit" => column.integer(format!("CAST({stored} AS UNSIGNED)")),
            "decimal" => {
                let mut column = column.printed(Form::Digits, bytes(&stored));
                column.digits = digits;
                if digits.is_some_and(|(_, behind)| behind == 0) {
                    let range = format!("{stored} BETWEEN {} AND {}", i64::MIN, i64::MAX);
                    column.whole = Whole::When(range);
                }
                column.number = Some(stored);
                column.ordered(Order::Numbers)
            }
            // As a text it would be rounded to six digits.
            "float" => {
                column.form = Form::Single;
                column.asked = format!("CAST({stored} AS DOUBLE)");
                column
            }
            "double" => column.double(),
            "char" | "varchar" | "tinytext" | "text" | "mediumtext" | "longtext" | "enum"
            | "set" | "json" => {
                // What is UTF-8 already needs no conversion.
                let is_utf8 = matches!(charset, "utf8mb4" | "utf8mb3" | "utf8" | "ascii");
                if !is_utf8 {
                    let converted = format!("CAST(CONVERT({stored} USING utf8mb4) AS BINARY)");
                    return column.printed(Form::Text, converted);
                }
                column.octets = Some(format!("OCTET_LENGTH({stored})"));
                let column = column.printed(Form::Text, format!("CAST({stored} AS BINARY)"));
                match word {
                    // By their numbers.
                    "set" | "enum" => column,
                    // By the column's collation, in which digits and most codes stand as by their bytes. Where others do not, that is seen.
                    _ => column.ordered(Order::Texts),
                }
            }
            // Of the session's clock, which is UTC.
            "timestamp" => {
                let zoned = format!(
                    "CASE WHEN {stored} = 0 THEN CAST({stored} AS CHAR) ELSE CONCAT(CAST({stored} AS CHAR), '+00:00') END"
                );
                column
                    .printed(Form::Text, bytes(&zoned))
                    .ordered(Order::Moments)
            }
            // The driver would turn days that no calendar has into NULL, and to print each costs the server more than to read it.
            "date" => column.numbered(Form::Day, &stored, bytes(&stored)),
            "datetime" if column.declared == "datetime" => {
                column.numbered(Form::Moment, &stored, bytes(&stored))
            }
            "datetime" => column
                .printed(Form::Text, bytes(&stored))
                .ordered(Order::Moments),
            "time" | "uuid" | "inet4" | "inet6" => column.printed(Form::Text, bytes(&stored)),
            // Bytes, and shapes as they are stored.
            _ => column,
        }
    }

    /// Of PostgreSQL. `word` is the server's own name of the type, empty of a type that is not the server's.
    pub(crate) fn postgresql(
        connection: &Connection,
        name: String,
        word: &str,
        declared: String,
        not_null: bool,
    ) -> Self {
        // Bits of MariaDB are numbers; these are texts.
        let declared = match declared.strip_prefix("bit") {
            Some(rest) => format!("bits{rest}"),
            None => declared,
        };
        let scale = declared.strip_prefix("numeric(").and_then(|rest| {
            rest.strip_suffix(')')?
                .split(',')
                .nth(1)?
                .parse::<u8>()
                .ok()
        });
        let mut column = Self::new(connection, name, declared, Form::Bytes);
        column.not_null = not_null;
        let stored = column.stored.clone();
        let bytes = |text: &str| format!("convert_to({text}, 'UTF8')");
        match word {
            "bool" => column.integer(format!("{stored}::int")),
            "oid" => column.integer(format!("{stored}::bigint")),
            "int2" | "int4" | "int8" => column.integer(stored).ordered(Order::Numbers),
            "float4" => {
                column.form = Form::Single;
                column.asked = format!("{stored}::float8");
                column
            }
            "float8" => column.double(),
            "numeric" | "money" => {
                let number = format!("{stored}::numeric");
                let mut column = column.printed(Form::Digits, bytes(&format!("({number})::text")));
                if scale.is_none_or(|scale| scale == 0) {
                    column.whole = Whole::When(format!(
                        "COALESCE(scale({number}) = 0 AND {number} BETWEEN {} AND {}, false)",
                        i64::MIN,
                        i64::MAX
                    ));
                }
                column.number = Some(number);
                match word {
                    "money" => column,
                    _ => column.ordered(Order::Numbers),
                }
            }
            "text" | "varchar" | "name" => column
                .printed(Form::Text, bytes(&format!("{stored}::text")))
                .ordered(Order::Texts),
            // A cast takes away the blanks that fill it; `rpad` puts them back.
            "bpchar" => {
                let padded = format!(
                    "rpad({stored}::text, length({stored}::text) + octet_length({stored}) - octet_length({stored}::text))"
                );
                column.printed(Form::Text, bytes(&padded))
            }
            "bytea" => column,
            "timestamptz" => {
                let zoned = format!(
                    "{stored}::text || CASE WHEN isfinite({stored}) THEN ':00' ELSE '' END"
                );
                column
                    .printed(Form::Text, bytes(&zoned))
                    .ordered(Order::Moments)
            }
            _ => {
                let printed = format!("CASE WHEN {stored} IS NOT NULL THEN concat({stored}) END");
                let column = column.printed(Form::Text, bytes(&printed));
                match word {
                    "date" | "timestamp" => column.ordered(Order::Moments),
                    _ => column,
                }
            }
        }
    }

    /// Of SQLite, which binds no value to the type of its column.
    pub(crate) fn sqlite(
        connection: &Connection,
        name: String,
        declared: String,
        not_null: bool,
    ) -> Self {
        let mut column = Self::new(connection, name, declared, Form::Stored);
        column.not_null = not_null;
        let stored = &column.stored;
        column.asked = format!(
            "CASE typeof({stored}) WHEN 'null' THEN NULL WHEN 'integer' THEN 'i' || {stored} \
             WHEN 'real' THEN 'r' || quote({stored}) WHEN 'text' THEN 't' || hex({stored}) ELSE 'b' || hex({stored}) END"
        );
        column.ordered(Order::Stored)
    }

    /// Of a database that nobody knows better than its driver.
    pub(crate) fn described(connection: &Connection, answer: AnswerColumn) -> Self {
        let AnswerColumn {
            name,
            sql_type,
            size,
            digits,
            nullable,
            is_unsigned,
            type_name,
        } = answer;
        let declared = declared(sql_type, size, digits, is_unsigned, &type_name);
        let mut column = Self::new(connection, name, declared, Form::Text);
        column.not_null = !nullable;
        let stored = column.stored.clone();
        match sql_type {
            sql_type::BIGINT if is_unsigned => column.digits(20),
            sql_type::TINYINT
            | sql_type::SMALLINT
            | sql_type::INTEGER
            | sql_type::BIGINT
            | sql_type::BIT => column.integer(stored),
            sql_type::NUMERIC | sql_type::DECIMAL => {
                let mut column = column.digits(size);
                if digits == 0 {
                    let range = format!("{stored} BETWEEN {} AND {}", i64::MIN, i64::MAX);
                    column.whole = Whole::When(range);
                }
                column
            }
            sql_type::REAL => {
                column.form = Form::Single;
                column
            }
            sql_type::FLOAT | sql_type::DOUBLE => column.double(),
            sql_type::BINARY | sql_type::VARBINARY | sql_type::LONG_VARBINARY => {
                column.form = Form::Bytes;
                column.most_bytes = size;
                column
            }
            sql_type::DAY => {
                column.form = Form::Day;
                column
            }
            sql_type::MOMENT => {
                column.form = Form::Moment;
                column
            }
            // Two units a character, of two bytes each.
            _ => {
                column.in_units = true;
                column.most_bytes = size.saturating_mul(4);
                column.text = Some(stored);
                column
            }
        }
    }

    fn digits(mut self, size: usize) -> Self {
        self.form = Form::Digits;
        self.in_units = true;
        // Sign, point and a zero before it.
        self.most_bytes = (size.max(38) + 3) * 2;
        self.number = Some(self.stored.clone());
        self
    }
}

/// A type in the words of ODBC.
fn declared(sql_type: i16, size: usize, digits: i16, is_unsigned: bool, name: &str) -> String {
    let sized = |word: &str| match size {
        0 => word.to_owned(),
        size => format!("{word}({size})"),
    };
    let sign = if is_unsigned { " unsigned" } else { "" };
    match sql_type {
        sql_type::TINYINT => format!("tinyint{sign}"),
        sql_type::SMALLINT => format!("smallint{sign}"),
        sql_type::INTEGER => format!("integer{sign}"),
        sql_type::BIGINT => format!("bigint{sign}"),
        sql_type::BIT => "boolean".to_owned(),
        sql_type::NUMERIC | sql_type::DECIMAL => format!("decimal({size},{digits})"),
        sql_type::REAL => "real".to_owned(),
        sql_type::FLOAT | sql_type::DOUBLE => "double".to_owned(),
        sql_type::CHAR | sql_type::WIDE_CHAR => sized("char"),
        sql_type::VARCHAR | sql_type::WIDE_VARCHAR => sized("varchar"),
        sql_type::LONG_VARCHAR | sql_type::WIDE_LONG_VARCHAR => "longtext".to_owned(),
        sql_type::BINARY => sized("binary"),
        sql_type::VARBINARY => sized("varbinary"),
        sql_type::LONG_VARBINARY => "longblob".to_owned(),
        sql_type::DAY => "date".to_owned(),
        sql_type::TIME => "time".to_owned(),
        sql_type::MOMENT => format!("timestamp({digits})"),
        sql_type::GUID => "uuid".to_owned(),
        _ => name.to_lowercase(),
    }
}

/// What is asked of the values of a column in SQL, by database.
pub(crate) struct Terms(pub(crate) Dbms);

impl Terms {
    /// A number whose sum does not overflow.
    pub(crate) fn exact(&self, number: &str) -> String {
        match self.0 {
            Dbms::Postgresql => format!("({number})::numeric"),
            Dbms::SqlServer => format!("CAST({number} AS DECIMAL(38, 0))"),
            Dbms::Db2 | Dbms::Other => format!("CAST({number} AS DECIMAL(31, 0))"),
            Dbms::Mariadb | Dbms::Sqlite | Dbms::Oracle => number.to_owned(),
        }
    }

    /// A number of 64 bits, rounded, as an exact one.
    pub(crate) fn rounded(&self, number: &str) -> String {
        match self.0 {
            Dbms::Postgresql => format!("(round({number}))::numeric"),
            Dbms::Mariadb => format!("CAST(ROUND({number}) AS DECIMAL(38, 0))"),
            Dbms::SqlServer => format!("CAST(ROUND({number}, 0) AS DECIMAL(38, 0))"),
            Dbms::Sqlite | Dbms::Oracle | Dbms::Db2 | Dbms::Other => {
                format!("CAST(ROUND({number}, 0) AS DECIMAL(31, 0))")
            }
        }
    }

    /// A number of 64 bits.
    pub(crate) fn unit(&self, unit: i64) -> String {
        match self.0 {
            Dbms::Postgresql => format!("{unit}::float8"),
            Dbms::Mariadb
            | Dbms::Sqlite
            | Dbms::SqlServer
            | Dbms::Oracle
            | Dbms::Db2
            | Dbms::Other => unit.to_string(),
        }
    }

    /// Bytes of a text in UTF-8.
    pub(crate) fn octets(&self, text: &str) -> String {
        match self.0 {
            Dbms::Mariadb | Dbms::Postgresql | Dbms::Db2 | Dbms::Other => {
                format!("OCTET_LENGTH({text})")
            }
            Dbms::Sqlite => format!("LENGTH(CAST({text} AS BLOB))"),
            Dbms::SqlServer => format!(
                "CAST(DATALENGTH(CAST(CAST({text} AS nvarchar(max)) COLLATE Latin1_General_100_BIN2_UTF8 AS varchar(max))) AS bigint)"
            ),
            Dbms::Oracle => format!("LENGTHB(CONVERT({text}, 'AL32UTF8'))"),
        }
    }

    /// The digits of a whole number, as a text.
    pub(crate) fn printed(&self, number: &str) -> String {
        match self.0 {
            Dbms::Mariadb => format!("CAST({number} AS CHAR)"),
            Dbms::Postgresql | Dbms::Sqlite => format!("CAST({number} AS text)"),
            Dbms::Oracle => format!("TO_CHAR({number})"),
            Dbms::SqlServer | Dbms::Db2 | Dbms::Other => format!("CAST({number} AS varchar(40))"),
        }
    }

    /// A list of texts that are compared byte by byte, where the database can be asked so.
    pub(crate) fn literals(&self, values: &[String]) -> String {
        let hex = |value: &String| {
            value
                .bytes()
                .map(|byte| format!("{byte:02x}"))
                .collect::<String>()
        };
        let one = |value: &String| match self.0 {
            Dbms::Mariadb | Dbms::Sqlite => format!("x'{}'", hex(value)),
            Dbms::Postgresql => format!("decode('{}', 'hex')", hex(value)),
            Dbms::SqlServer => format!("N{}", bunri_odbc::literal(value)),
            Dbms::Oracle | Dbms::Db2 | Dbms::Other => bunri_odbc::literal(value),
        };
        let values: Vec<String> = values.iter().map(one).collect();
        values.join(", ")
    }
}
