//! A table in several answers, which sessions read side by side: each row stands in one of them, and they follow one another as the
//! rows do. Rows that are taken as they lie are cut by the pages of the table (`ctid`); rows that come along an index by values of the
//! key's first column, which are of the server's own sample. The sample only says where to cut: wherever that is, every row is in one
//! answer, but for one with NULL in that column, for which a table is refused.

use bunri_catalogue::Table;
use bunri_postgresql::literal;

use super::form::{Column, Object};
use super::keyed::array;
use super::order::{bound, from_statistics, ordered};
use super::read::select;
use super::server::ServerReader;
use bunri_columnar::RawValue;
use bunri_source_model::SourceError;

/// Pages and rows of the smallest answer: another statement costs less than what it gives there.
const LEAST_PAGES: u64 = 64;
const LEAST_ROWS: u64 = 8_192;
/// Pages and rows of the largest: rows wait in memory for those of the answers before theirs.
const MOST_PAGES: u64 = 2_048;
const MOST_ROWS: u64 = 131_072;

impl ServerReader {
    /// Conditions that cut the rows as they lie, into about so many answers; one alone where the server would look at all pages for
    /// each of them.
    pub(super) fn cut_by_pages(
        &self,
        object: &Object,
        columns: &[Column],
        answers: usize,
    ) -> Result<Vec<String>, SourceError> {
        if answers < 2 {
            return Ok(vec![String::new()]);
        }
        let sql = format!(
            "SELECT pg_relation_size({}) / current_setting('block_size')::bigint",
            object.oid
        );
        let answer = self.connection.rows("say how many pages it has", &sql)?;
        let pages = answer.into_iter().flatten().flatten().next();
        let pages: u64 = pages.and_then(|it| it.parse().ok()).unwrap_or_default();
        let each = (pages / answers as u64).clamp(LEAST_PAGES, MOST_PAGES);
        // The last one has no end: whatever lies behind is in it.
        let bounds = (1..pages / each).map(|number| format!("'({},0)'", number * each));
        let conditions = ranges("t.ctid", (">=", "<"), bounds.collect());
        if let Some(last) = conditions.last().filter(|last| !last.is_empty()) {
            let statement = select(object, columns, &format!("WHERE {last}"));
            if self.begins_with(&statement, &["Tid Range Scan on"])? {
                return Ok(conditions);
            }
        }
        Ok(vec![String::new()])
    }

    /// Conditions that cut the rows by the first column of the key, into about so many answers, or more of a long table.
    pub(super) fn cut_by_key(
        &self,
        (object, table, columns): (&Object, &Table, &[Column]),
        behind: Option<&[RawValue]>,
        answers: usize,
    ) -> Result<Vec<String>, SourceError> {
        let whole = || Ok(vec![String::new()]);
        let first = &columns[table.key[0]];
        let terms = [first.stored(), "value".to_owned()].map(|value| ordered(first.form, &value));
        let ([Some(term), Some(value)], Some(array)) = (terms, array(first.form)) else {
            return whole();
        };
        if answers < 2 {
            return whole();
        }
        let rows = self.about_rows(&table.name)?;
        let wanted = (answers as u64)
            .max(rows / MOST_ROWS)
            .min(rows / LEAST_ROWS);
        if wanted < 2 {
            return whole();
        }
        let behind = behind.and_then(|key| bound(key.first()?));
        let behind = behind.map_or_else(String::new, |last| format!("WHERE {value} > {last}"));
        let sql = format!(
            "SELECT DISTINCT {value} AS value FROM (SELECT unnest(s.histogram_bounds::text::{array}) AS value {}) AS sample \
             {behind} ORDER BY 1",
            from_statistics(object, &first.name)
        );
        let answer = self.connection.rows("say how its keys are spread", &sql)?;
        let bounds: Vec<String> = answer.into_iter().flatten().flatten().collect();
        let bounds = spread(&bounds, usize::try_from(wanted).unwrap_or(usize::MAX));
        let bounds = bounds.map(literal).collect();
        Ok(ranges(&term, (">", "<="), bounds))
    }
}

/// Of values in their order those that lie between so many parts of about the same number.
fn spread(values: &[String], parts: usize) -> impl Iterator<Item = &str> {
    let parts = parts.min(values.len());
    let places = (1..parts).map(move |part| part * values.len() / parts);
    places.map(|place| values[place].as_str())
}

/// The conditions of the ranges between these bounds, in ascending order; `from` and `to` compare with a bound. One more than bounds.
fn ranges(term: &str, (from, to): (&str, &str), bounds: Vec<String>) -> Vec<String> {
    let mut conditions = Vec::new();
    let mut begin: Option<&String> = None;
    for end in bounds.iter().map(Some).chain([None]) {
        let begin_of = begin.map(|bound| format!("{term} {from} {bound}"));
        let end_of = end.map(|bound| format!("{term} {to} {bound}"));
        let both: Vec<String> = [begin_of, end_of].into_iter().flatten().collect();
        conditions.push(both.join(" AND "));
        begin = end;
    }
    conditions
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_follow_one_another_and_leave_nothing_out() {
        let cut = |bounds: &[&str]| {
            let bounds = bounds.iter().map(|bound| (*bound).to_owned());
            ranges("k", (">", "<="), bounds.collect())
        };
        assert_eq!(cut(&[]), [""]);
        assert_eq!(cut(&["1"]), ["k <= 1", "k > 1"]);
        assert_eq!(cut(&["1", "5"]), ["k <= 1", "k > 1 AND k <= 5", "k > 5"]);
    }

    #[test]
    fn bounds_are_spread_over_the_sample_and_ascend() {
        let values: Vec<String> = (0..10).map(|number| number.to_string()).collect();
        let of = |parts| spread(&values, parts).collect::<Vec<_>>();
        assert_eq!(of(1), [""; 0]);
        assert_eq!(of(2), ["5"]);
        assert_eq!(of(4), ["2", "5", "7"]);
        assert_eq!(of(100), ["1", "2", "3", "4", "5", "6", "7", "8", "9"]);
        assert_eq!(spread(&[], 4).count(), 0);
    }
}
