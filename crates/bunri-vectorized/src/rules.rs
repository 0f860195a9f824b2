//! Row rules over one table's rule columns (docs/rules.md, section 3): what each says of every row, and the last day that a
//! row speaks of as far as it makes the row own (section 4). Rules that ask something are numbered as by
//! [`bunri_catalogue::Table::leaves`]; their answers are columns of the frame.

use bunri_catalogue::{CodeDay, Compare, Match, RowRule, Table};
use polars::prelude::{
    BooleanChunked, ChunkCompareEq, ChunkCompareIneq, DataFrame, Int64Chunked, PolarsResult,
};

use crate::codes::{Codes, all_say_own, case_of, column, text_column};
use crate::frame::{constant, earliest, first_of, known, latest, mask, nothing, word};
use crate::verdict::{Kind, OTHER, OWN, REFERENCE, Reason, TO_COME, UNDECIDED, has_bit};

/// The name of a leaf's answer.
pub(crate) fn leaf_verdict(leaf: usize) -> String {
    format!("leaf{leaf}")
}

/// The name of the last day that a leaf speaks of.
pub(crate) fn leaf_last(leaf: usize) -> String {
    format!("leaf{leaf}_last")
}

/// The name of the first day that a leaf speaks of.
pub(crate) fn leaf_first(leaf: usize) -> String {
    format!("leaf{leaf}_first")
}

/// The name of the first of the own days at that last day.
pub(crate) fn leaf_began(leaf: usize) -> String {
    format!("leaf{leaf}_began")
}

/// The name of who supplied the row's point when the row was written.
pub(crate) const SUPPLIER: &str = "supplier";

/// The same of a key through another table: who supplied the point of that last day.
pub(crate) fn leaf_supplier(leaf: usize) -> String {
    format!("leaf{leaf}_supplier")
}

/// The name of the kinds of parents that a leaf found.
pub(crate) fn leaf_kinds(leaf: usize) -> String {
    format!("leaf{leaf}_kinds")
}

/// The name of the conditions that the parents of a leaf do not meet.
pub(crate) fn leaf_clear(leaf: usize) -> String {
    format!("leaf{leaf}_clear")
}

/// What is wanted of a rule beside its verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// Nothing.
    Verdict,
    /// The last day.
    Last,
    /// The last day, who supplied its point when the row was written, and where the own days began that hold it.
    Began,
}

/// What a rule says of some rows.
#[derive(Debug, Clone)]
pub(crate) struct Said {
    pub(crate) verdict: Int64Chunked,
    /// NULL where the rule has none, and everywhere if it is not wanted.
    pub(crate) last: Int64Chunked,
    /// Likewise.
    pub(crate) supplier: Int64Chunked,
    /// Likewise.
    pub(crate) began: Int64Chunked,
}

/// The rules over some rows of a table.
pub(crate) struct Rules<'a> {
    pub(crate) table: &'a Table,
    pub(crate) codes: &'a Codes,
    pub(crate) cutover: i64,
    pub(crate) frame: &'a DataFrame,
    pub(crate) rows: usize,
}

impl Rules<'_> {
    /// What the table's row rule says.
    pub(crate) fn of_rows(&self, wanted: Wanted) -> PolarsResult<Said> {
        self.said(&self.table.rows, &mut 0, wanted)
    }

    /// What the rules of the groups of cells say, in their order.
    pub(crate) fn of_cells(&self) -> PolarsResult<Vec<Int64Chunked>> {
        let mut leaf = self.table.rows.leaves().len();
        let groups = self.table.cells.iter();
        groups
            .map(|group| Ok(self.said(&group.rows, &mut leaf, Wanted::Verdict)?.verdict))
            .collect()
    }

    fn said(&self, rule: &RowRule, leaf: &mut usize, wanted: Wanted) -> PolarsResult<Said> {
        match rule {
            RowRule::All(rules) => self.all(&self.each(rules, leaf, wanted)?),
            RowRule::Any(rules) => self.any(&self.each(rules, leaf, wanted)?),
            RowRule::Cases {
                column,
                compare,
                cases,
            } => {
                let rules = cases.iter().map(|(_, rule)| rule);
                let each = self.each(rules, leaf, wanted)?;
                let place = self.place(*column, *compare, cases)?;
                self.chosen(&each, &place, *column)
            }
            RowRule::Ledger(_)
            | RowRule::Column { .. }
            | RowRule::Parent { .. }
            | RowRule::AllTransmission
            | RowRule::AllRetail
            | RowRule::Reference => {
                *leaf += 1;
                self.leaf(rule, *leaf - 1, wanted)
            }
        }
    }

    fn each<'r>(
        &self,
        rules: impl IntoIterator<Item = &'r RowRule>,
        leaf: &mut usize,
        wanted: Wanted,
    ) -> PolarsResult<Vec<Said>> {
        let rules = rules.into_iter();
        rules.map(|rule| self.said(rule, leaf, wanted)).collect()
    }

    fn leaf(&self, rule: &RowRule, leaf: usize, wanted: Wanted) -> PolarsResult<Said> {
        let (verdict, last) = match rule {
            RowRule::Ledger(_) => {
                let last = match wanted {
                    Wanted::Verdict => nothing(self.rows),
                    Wanted::Last | Wanted::Began => self.numbers(&leaf_last(leaf))?.clone(),
                };
                (self.numbers(&leaf_verdict(leaf))?.clone(), last)
            }
            RowRule::Parent { matching, .. } => (
                self.inherited(leaf, *matching)?,
                self.numbers(&leaf_last(leaf))?.clone(),
            ),
            RowRule::Column {
                column: code,
                compare,
                at,
            } => self.by_code(*code, *compare, *at)?,
            RowRule::AllTransmission => (constant(OTHER, self.rows), nothing(self.rows)),
            RowRule::AllRetail => (constant(OWN, self.rows), constant(self.cutover, self.rows)),
            RowRule::Reference => (constant(REFERENCE, self.rows), nothing(self.rows)),
            // Composed of others: `said` takes them apart.
            RowRule::All(_) | RowRule::Any(_) | RowRule::Cases { .. } => (
                constant(Reason::CaseUnlisted.verdict(), self.rows),
                nothing(self.rows),
            ),
        };
        let [supplier, began] = match (wanted, rule) {
            (Wanted::Verdict | Wanted::Last, _)
            | (
                Wanted::Began,
                RowRule::AllTransmission
                | RowRule::Reference
                | RowRule::All(_)
                | RowRule::Any(_)
                | RowRule::Cases { .. },
            ) => [nothing(self.rows), nothing(self.rows)],
            (
                Wanted::Began,
                RowRule::Ledger(_)
                | RowRule::Parent { .. }
                | RowRule::Column { .. }
                | RowRule::AllRetail,
            ) => [
                match self.table.through {
                    Some(_) => self.numbers(&leaf_supplier(leaf))?.clone(),
                    None => self.numbers(SUPPLIER)?.clone(),
                },
                self.numbers(&leaf_began(leaf))?.clone(),
            ],
        };
        Ok(Said {
            verdict,
            last,
            supplier,
            began,
        })
    }

    /// A column of whole numbers.
    pub(crate) fn numbers(&self, name: &str) -> PolarsResult<&Int64Chunked> {
        self.frame.column(name)?.i64()
    }

    /// The row carries a retailer code itself.
    fn by_code(
        &self,
        code: usize,
        compare: Compare,
        at: Option<CodeDay>,
    ) -> PolarsResult<(Int64Chunked, Int64Chunked)> {
        let code = text_column(self.frame, code, compare)?;
        let cutover = constant(self.cutover, self.rows);
        Ok(match at {
            None => (self.codes.verdict(code, compare, None)?, cutover),
            Some(CodeDay::Cutover) => {
                let verdict = self.codes.verdict(code, compare, Some(&cutover))?;
                (verdict, cutover)
            }
            Some(CodeDay::Column(day)) => {
                let day = column(self.frame, day)?.i64()?;
                let verdict = first_of(
                    &[(&day.is_null(), &word(Reason::DateMissing.verdict()))],
                    &self.codes.verdict(code, compare, Some(day))?,
                )?;
                (verdict, day.clone())
            }
        })
    }

    /// As the parents of a rule.
    fn inherited(&self, leaf: usize, matching: Match) -> PolarsResult<Int64Chunked> {
        let kinds = self.numbers(&leaf_kinds(leaf))?;
        let [own, other, undecided, rejected] = Kind::ALL.map(|kind| kind.is_among(kinds));
        let none = kinds.equal(0);
        let missing = word(Reason::ParentMissing.verdict());
        let parent_rejected = word(Reason::ParentRejected.verdict());
        let parent_undecided = word(Reason::ParentUndecided.verdict());
        match matching {
            Match::All => first_of(
                &[
                    (&none, &missing),
                    (&rejected, &parent_rejected),
                    (&undecided, &parent_undecided),
                    (&(&own & &other), &word(Reason::ParentsDisagree.verdict())),
                    (&own, &word(OWN)),
                ],
                &word(OTHER),
            ),
            Match::Any => first_of(
                &[
                    (&none, &missing),
                    (&own, &word(OWN)),
                    (&rejected, &parent_rejected),
                    (&undecided, &parent_undecided),
                ],
                &word(OTHER),
            ),
        }
    }

    /// Every rule says own; the earliest of their last days.
    fn all(&self, each: &[Said]) -> PolarsResult<Said> {
        let verdicts: Vec<Int64Chunked> = each.iter().map(|said| said.verdict.clone()).collect();
        let verdict = all_say_own(&verdicts, self.rows)?;
        let mut earliest = self.silent(verdict);
        for said in each {
            let earlier = said.last.lt(&earliest.last);
            earliest = earliest.or(said, &earlier, &mask(true, self.rows))?;
        }
        Ok(earliest)
    }

    /// One rule says own; the latest last day of those that do.
    fn any(&self, each: &[Said]) -> PolarsResult<Said> {
        let mut own = mask(false, self.rows);
        let mut first_undecided = constant(OTHER, self.rows);
        for said in each.iter().rev() {
            own = own | said.verdict.equal(OWN);
            let undecided = said.verdict.gt_eq(UNDECIDED);
            first_undecided = first_of(&[(&undecided, &said.verdict)], &first_undecided)?;
        }
        let verdict = first_of(&[(&own, &word(OWN))], &first_undecided)?;
        let mut latest = self.silent(verdict);
        for said in each {
            let later = said.last.gt(&latest.last);
            latest = latest.or(said, &later, &said.verdict.equal(OWN))?;
        }
        Ok(latest)
    }

    /// A verdict without a last day.
    fn silent(&self, verdict: Int64Chunked) -> Said {
        Said {
            verdict,
            last: nothing(self.rows),
            supplier: nothing(self.rows),
            began: nothing(self.rows),
        }
    }

    /// The place of every row's case, or their number.
    fn place(
        &self,
        position: usize,
        compare: Compare,
        cases: &[(String, RowRule)],
    ) -> PolarsResult<Int64Chunked> {
        let values: Vec<&str> = cases.iter().map(|(value, _)| value.as_str()).collect();
        case_of(self.table, self.frame, position, compare, &values)
    }

    fn chosen(&self, each: &[Said], place: &Int64Chunked, position: usize) -> PolarsResult<Said> {
        let missing = column(self.frame, position)?.is_null();
        let unlisted = constant(Reason::CaseUnlisted.verdict(), self.rows);
        let none = first_of(
            &[(&missing, &word(Reason::CaseMissing.verdict()))],
            &unlisted,
        )?;
        let of = |part: fn(&Said) -> &Int64Chunked, none: &Int64Chunked| {
            self.by_case(place, each.iter().map(part), none)
        };
        Ok(Said {
            verdict: of(|said| &said.verdict, &none)?,
            last: of(|said| &said.last, &nothing(self.rows))?,
            supplier: of(|said| &said.supplier, &nothing(self.rows))?,
            began: of(|said| &said.began, &nothing(self.rows))?,
        })
    }

    /// For every row the values of its case; `none` where it has none.
    fn by_case<'v>(
        &self,
        place: &Int64Chunked,
        each: impl Iterator<Item = &'v Int64Chunked>,
        none: &Int64Chunked,
    ) -> PolarsResult<Int64Chunked> {
        let mut chosen = none.clone();
        for (case, values) in each.enumerate() {
            let is_this = known(&place.equal(case as i64))?;
            chosen = first_of(&[(&is_this, values)], &chosen)?;
        }
        Ok(chosen)
    }

    /// For every row the parent rule whose parents' points are asked who supplied when the row was written: the first in the
    /// order written of those that were asked; −1 without one.
    pub(crate) fn asked(&self) -> PolarsResult<Int64Chunked> {
        self.asked_of(&self.table.rows, &mut 0)
    }

    fn asked_of(&self, rule: &RowRule, leaf: &mut usize) -> PolarsResult<Int64Chunked> {
        let mut asked = constant(NOBODY, self.rows);
        match rule {
            RowRule::All(rules) | RowRule::Any(rules) => {
                for rule in rules {
                    let this = self.asked_of(rule, leaf)?;
                    asked = first_of(&[(&asked.gt(NOBODY), &asked)], &this)?;
                }
            }
            RowRule::Cases {
                column,
                compare,
                cases,
            } => {
                let place = self.place(*column, *compare, cases)?;
                let each = cases.iter().map(|(_, rule)| self.asked_of(rule, leaf));
                let each = each.collect::<PolarsResult<Vec<_>>>()?;
                asked = self.by_case(&place, each.iter(), &asked)?;
            }
            RowRule::Parent { .. } => {
                asked = constant(*leaf as i64, self.rows);
                *leaf += 1;
            }
            RowRule::Ledger(_)
            | RowRule::Column { .. }
            | RowRule::AllTransmission
            | RowRule::AllRetail
            | RowRule::Reference => *leaf += 1,
        }
        Ok(asked)
    }
}

/// The days that ledger rules asked for; NULL where there are none.
#[derive(Debug, Clone)]
pub(crate) struct AskedDays {
    pub(crate) first: Int64Chunked,
    pub(crate) last: Int64Chunked,
}

impl Rules<'_> {
    /// Whether rows have not begun by the cutover: their own days, or all of their parents.
    pub(crate) fn to_come(&self) -> PolarsResult<BooleanChunked> {
        self.to_come_of(&self.table.rows, &mut 0)
    }

    fn to_come_of(&self, rule: &RowRule, leaf: &mut usize) -> PolarsResult<BooleanChunked> {
        let later = |days: &Int64Chunked| known(&days.gt(self.cutover));
        let mut to_come = mask(false, self.rows);
        match rule {
            RowRule::All(rules) => {
                for rule in rules {
                    to_come = to_come | self.to_come_of(rule, leaf)?;
                }
                return Ok(to_come);
            }
            RowRule::Any(rules) => {
                to_come = mask(!rules.is_empty(), self.rows);
                for rule in rules {
                    to_come = to_come & self.to_come_of(rule, leaf)?;
                }
                return Ok(to_come);
            }
            RowRule::Cases {
                column,
                compare,
                cases,
            } => {
                let place = self.place(*column, *compare, cases)?;
                for (case, (_, rule)) in cases.iter().enumerate() {
                    let this = self.to_come_of(rule, leaf)?;
                    to_come = to_come | (known(&place.equal(case as i64))? & this);
                }
                return Ok(to_come);
            }
            RowRule::Ledger(_) => to_come = later(self.numbers(&leaf_first(*leaf))?)?,
            RowRule::Parent { .. } => {
                to_come = has_bit(self.numbers(&leaf_kinds(*leaf))?, TO_COME);
            }
            RowRule::Column {
                at: Some(CodeDay::Column(day)),
                ..
            } => to_come = later(column(self.frame, *day)?.i64()?)?,
            RowRule::Column {
                at: Some(CodeDay::Cutover) | None,
                ..
            }
            | RowRule::AllTransmission
            | RowRule::AllRetail
            | RowRule::Reference => {}
        }
        *leaf += 1;
        Ok(to_come)
    }

    /// The days that the ledger rules of every row asked for: of `all` those that they have in common.
    pub(crate) fn asked_days(&self) -> PolarsResult<AskedDays> {
        let days = self.asked_days_of(&self.table.rows, &mut 0)?;
        let empty = known(&days.first.gt(&days.last))?;
        Ok(AskedDays {
            first: first_of(&[(&empty, &nothing(1))], &days.first)?,
            last: first_of(&[(&empty, &nothing(1))], &days.last)?,
        })
    }

    fn asked_days_of(&self, rule: &RowRule, leaf: &mut usize) -> PolarsResult<AskedDays> {
        let mut each = |rules: &mut dyn Iterator<Item = &RowRule>| {
            let days = rules.map(|rule| self.asked_days_of(rule, leaf));
            let days = days.collect::<PolarsResult<Vec<_>>>()?;
            let days = days.into_iter().map(|days| (days.first, days.last));
            PolarsResult::Ok(days.unzip::<_, _, Vec<_>, Vec<_>>())
        };
        match rule {
            RowRule::All(rules) => {
                let (firsts, lasts) = each(&mut rules.iter())?;
                Ok(AskedDays {
                    first: latest(&firsts, self.rows)?,
                    last: earliest(&lasts, self.rows)?,
                })
            }
            RowRule::Cases {
                column,
                compare,
                cases,
            } => {
                let place = self.place(*column, *compare, cases)?;
                let (firsts, lasts) = each(&mut cases.iter().map(|(_, rule)| rule))?;
                let none = nothing(self.rows);
                Ok(AskedDays {
                    first: self.by_case(&place, firsts.iter(), &none)?,
                    last: self.by_case(&place, lasts.iter(), &none)?,
                })
            }
            RowRule::Ledger(_) => {
                *leaf += 1;
                Ok(AskedDays {
                    first: self.numbers(&leaf_first(*leaf - 1))?.clone(),
                    last: self.numbers(&leaf_last(*leaf - 1))?.clone(),
                })
            }
            RowRule::Any(_)
            | RowRule::Parent { .. }
            | RowRule::Column { .. }
            | RowRule::AllTransmission
            | RowRule::AllRetail
            | RowRule::Reference => {
                *leaf += rule.leaves().len();
                Ok(AskedDays {
                    first: nothing(self.rows),
                    last: nothing(self.rows),
                })
            }
        }
    }
}

/// No parent rule was asked.
pub(crate) const NOBODY: i64 = -1;

impl Said {
    /// With the last day of another rule where that is better, or the only one, among rows where it counts.
    fn or(
        self,
        other: &Self,
        better: &BooleanChunked,
        counts: &BooleanChunked,
    ) -> PolarsResult<Self> {
        let better = self.last.is_null() | known(better)?;
        let takes = &better & &(counts & &other.last.is_not_null());
        Ok(Self {
            last: first_of(&[(&takes, &other.last)], &self.last)?,
            supplier: first_of(&[(&takes, &other.supplier)], &self.supplier)?,
            began: first_of(&[(&takes, &other.began)], &self.began)?,
            verdict: self.verdict,
        })
    }
}

/// The parent rules that may be the one of [`Rules::asked`].
pub(crate) fn may_be_asked(rule: &RowRule) -> Vec<usize> {
    let mut asked = Vec::new();
    push_asked(rule, &mut 0, &mut asked, true);
    asked
}

/// Whether in every row one of these rules is asked; `open` while none before them is.
fn push_asked(rule: &RowRule, leaf: &mut usize, asked: &mut Vec<usize>, open: bool) -> bool {
    match rule {
        RowRule::All(rules) | RowRule::Any(rules) => {
            let mut settled = false;
            for rule in rules {
                settled |= push_asked(rule, leaf, asked, open && !settled);
            }
            settled
        }
        RowRule::Cases { cases, .. } => {
            for (_, rule) in cases {
                push_asked(rule, leaf, asked, open);
            }
            // A value without a case asks nobody.
            false
        }
        RowRule::Parent { .. } => {
            if open {
                asked.push(*leaf);
            }
            *leaf += 1;
            true
        }
        RowRule::Ledger(_)
        | RowRule::Column { .. }
        | RowRule::AllTransmission
        | RowRule::AllRetail
        | RowRule::Reference => {
            *leaf += 1;
            false
        }
    }
}

/// The columns that row rules read as they are: codes and their days, and the columns that choose a case.
pub(crate) fn columns_of_rule(rule: &RowRule) -> Vec<usize> {
    let mut columns: Vec<usize> = match rule {
        RowRule::Column { column, at, .. } => match at {
            Some(CodeDay::Column(day)) => vec![*column, *day],
            Some(CodeDay::Cutover) | None => vec![*column],
        },
        RowRule::Cases { column, .. } => vec![*column],
        RowRule::Ledger(_)
        | RowRule::Parent { .. }
        | RowRule::All(_)
        | RowRule::Any(_)
        | RowRule::AllTransmission
        | RowRule::AllRetail
        | RowRule::Reference => Vec::new(),
    };
    columns.extend(rule.parts().into_iter().flat_map(columns_of_rule));
    columns
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use polars::prelude::Column;

    use super::*;
    use crate::frame::{frame, numbers, plain_numbers, results};
    use crate::tests::catalogue;

    fn parent(matching: Match) -> RowRule {
        RowRule::Parent {
            table: 0,
            key: vec![0],
            references: vec![0],
            matching,
        }
    }

    /// Two rows: what a rule says of them by these columns, and whose parents it asks.
    fn said(rule: RowRule, mut columns: Vec<Column>) -> (Vec<i64>, Vec<Option<i64>>, Vec<i64>) {
        let catalogue = catalogue();
        let mut table = catalogue.tables[0].clone();
        table.rows = rule;
        columns.push(plain_numbers("row", vec![0, 0]));
        let frame = frame(columns).unwrap();
        let rules = Rules {
            table: &table,
            codes: &Codes::only_incumbent("99010"),
            cutover: 50,
            frame: &frame,
            rows: 2,
        };
        let said = rules.of_rows(Wanted::Last).unwrap();
        (
            results(&said.verdict, "verdict").unwrap(),
            said.last.iter().collect(),
            results(&rules.asked().unwrap(), "asked").unwrap(),
        )
    }

    /// Own parents with a last day, or other ones without.
    fn found(leaf: usize, lasts: [Option<i64>; 2]) -> Vec<Column> {
        let kinds = lasts.map(|last| if last.is_some() { 1 } else { 2 });
        vec![
            plain_numbers(&leaf_kinds(leaf), kinds.to_vec()),
            numbers(&leaf_last(leaf), lasts.to_vec()),
        ]
    }

    #[test]
    fn the_last_day_is_the_earliest_of_all_and_the_latest_of_any() {
        let mut columns = found(0, [Some(7), Some(9)]);
        columns.extend(found(1, [Some(8), None]));
        let rules = vec![parent(Match::All), parent(Match::All)];
        let (verdict, last, asked) = said(RowRule::All(rules.clone()), columns.clone());
        assert_eq!(verdict, [OWN, OTHER]);
        assert_eq!(last, [Some(7), Some(9)]);
        assert_eq!(asked, [0, 0]);
        let (verdict, last, _) = said(RowRule::Any(rules), columns.clone());
        assert_eq!(verdict, [OWN, OWN]);
        assert_eq!(last, [Some(8), Some(9)]);
        let rules = vec![RowRule::AllRetail, parent(Match::Any)];
        columns.truncate(0);
        columns.extend(found(1, [Some(60), None]));
        let (verdict, last, asked) = said(RowRule::Any(rules), columns);
        assert_eq!(verdict, [OWN, OWN]);
        assert_eq!(last, [Some(60), Some(50)]);
        assert_eq!(asked, [1, 1]);
    }

    #[test]
    fn only_the_chosen_case_decides_and_asks() {
        let cases = |values: [&str; 2]| {
            let rules = [parent(Match::All), parent(Match::All)];
            let cases = values.map(str::to_owned).into_iter().zip(rules);
            RowRule::Cases {
                column: 0,
                compare: Compare::Exact,
                cases: cases.collect(),
            }
        };
        let columns = |types: [Option<&str>; 2]| {
            let text: arrow_array::ArrayRef =
                std::sync::Arc::new(arrow_array::StringArray::from(types.to_vec()));
            let mut columns = crate::frame::rule_columns(0, &text);
            columns.extend(found(0, [Some(7), Some(9)]));
            columns.extend(found(1, [None, None]));
            columns
        };
        let rule = cases(["P", "R"]);
        let (verdict, last, asked) = said(rule.clone(), columns([Some("P"), Some("R")]));
        assert_eq!(verdict, [OWN, OTHER]);
        assert_eq!(last, [Some(7), None]);
        assert_eq!(asked, [0, 1]);
        let (verdict, _, asked) = said(rule.clone(), columns([None, Some("P ")]));
        let (missing, unlisted) = (Reason::CaseMissing, Reason::CaseUnlisted);
        assert_eq!(verdict, [missing.verdict(), unlisted.verdict()]);
        assert_eq!(asked, [NOBODY; 2]);
        assert_eq!(may_be_asked(&rule), [0, 1]);
        let all = RowRule::All(vec![rule, parent(Match::All), parent(Match::All)]);
        assert_eq!(may_be_asked(&all), [0, 1, 2]);
    }

    #[test]
    fn any_is_other_only_if_nothing_is_undecided() {
        let mut columns = found(0, [None, None]);
        columns.push(plain_numbers(&leaf_kinds(1), vec![0, 2]));
        columns.push(numbers(&leaf_last(1), vec![None, None]));
        let rules = vec![parent(Match::All), parent(Match::All)];
        let (verdict, last, _) = said(RowRule::Any(rules), columns);
        assert_eq!(verdict, [Reason::ParentMissing.verdict(), OTHER]);
        assert_eq!(last, [None, None]);
    }
}
