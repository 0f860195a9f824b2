//! What is known of the columns that are asked of: counts and types, never a value.

use std::collections::BTreeMap;

/// What a source was seen to hold, by its own names of table and column; empty where nobody looked.
pub type Facts = BTreeMap<(String, String), ColumnFacts>;

/// What is known of one column.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ColumnFacts {
    /// Its type in the source's words; empty where there is none.
    pub declared: String,
    /// What its values are, in words.
    pub seen: String,
    /// Rows that were read.
    pub rows: u64,
    /// Of them, with NULL.
    pub nulls: u64,
    /// Distinct values, but for NULL.
    pub distinct: u64,
    /// Whether that is an estimate.
    pub distinct_estimated: bool,
}

impl ColumnFacts {
    /// `12.5 %`, never rounded to none or all; empty of a table without rows.
    pub(crate) fn null_share(&self) -> String {
        if self.rows == 0 {
            return String::new();
        }
        let thousandths = u128::from(self.nulls) * 1000 / u128::from(self.rows);
        let rest = u128::from(self.nulls) * 1000 % u128::from(self.rows);
        match (thousandths, rest) {
            (0, 1..) => "under 0.1 %".to_owned(),
            (tenths, _) => format!("{}.{} %", tenths / 10, tenths % 10),
        }
    }

    /// `14`, or `about 3000`.
    pub(crate) fn distinct(&self) -> String {
        let about = if self.distinct_estimated {
            "about "
        } else {
            ""
        };
        format!("{about}{}", self.distinct)
    }
}

#[cfg(test)]
mod tests {
    use super::ColumnFacts;

    #[test]
    fn a_share_is_neither_none_nor_all_unless_it_is() {
        let share = |nulls, rows| {
            ColumnFacts {
                rows,
                nulls,
                ..ColumnFacts::default()
            }
            .null_share()
        };
        assert_eq!(share(0, 3), "0.0 %");
        assert_eq!(share(1, 3), "33.3 %");
        assert_eq!(share(3, 3), "100.0 %");
        assert_eq!(share(1, 5000), "under 0.1 %");
        assert_eq!(share(4999, 5000), "99.9 %");
        assert_eq!(share(0, 0), "");
    }
}
