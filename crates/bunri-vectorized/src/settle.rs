//! `known_at` of a table without the ledger's key (docs/rules.md, section 4): its rows are ruled by section 3 before they stream, and
//! the points of their parents are asked who supplied when each own row was written. Here is what is asked and what follows;
//! whoever gathers sorts by point for the questions and by row for the answers.

use std::collections::{BTreeMap, BTreeSet};

use arrow_array::Int64Array;
use bunri_catalogue::{KnownAt, Table};
use polars::prelude::{ChunkCompareEq, Column, Int64Chunked, PolarsResult};

use crate::VectorizedError;
use crate::codes::Codes;
use crate::days::days_of;
use crate::frame::{first_of, frame, known, latest, plain_numbers, results, word};
use crate::known::{HELD, KnownRule, Saying, Sayings, Written, is_any};
use crate::parents::{Owner, Owners, ParentFacts};
use crate::read::ReadColumns;
use crate::rules::{Rules, Wanted, columns_of_rule};
use crate::slice::Slice;
use crate::verdict::OWN;

/// How the rows of a table are settled.
#[derive(Debug)]
pub struct Settling<'a> {
    table: &'a Table,
    codes: &'a Codes,
    cutover: i64,
    rule: KnownRule,
    /// The columns of `known_at`.
    known: &'a [usize],
    /// The parent rules of which one own parent is enough.
    any: BTreeSet<i64>,
}

/// What section 3 says of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ruled {
    /// The verdict, a number of this crate's.
    pub verdict: i64,
    /// The last day that the row speaks of, since 1970.
    pub last: Option<i64>,
    /// Whether one point is enough.
    pub any: bool,
    /// Whether the row has not begun by the cutover.
    pub to_come: bool,
}

/// What is asked about a row: of the points of its parents by one of its parent rules.
#[derive(Debug, Clone, Copy)]
pub struct PointQuestion {
    /// What section 3 says.
    pub ruled: Ruled,
    /// The day on which the row was written.
    pub on: Option<i64>,
    /// The parent rule whose parents are asked ([`crate::owners_by`]).
    pub asked: i64,
}

impl PointQuestion {
    /// Whether the row is own.
    #[must_use]
    #[inline]
    pub fn is_own(&self) -> bool {
        self.ruled.verdict == OWN
    }

    /// Whether the row was written on a day of the own parent with this owner key, which settles it alone.
    #[must_use]
    #[inline]
    pub fn is_held(&self, owner: Option<&Owner>) -> bool {
        self.is_own() && owner.is_some_and(|owner| owner.holds(self.on))
    }
}

impl<'a> Settling<'a> {
    /// [`None`] of a table whose rows are not settled beforehand: it has the ledger's key, or no `known_at`.
    #[must_use]
    pub fn of(table: &'a Table, codes: &'a Codes, cutover: i64) -> Option<Self> {
        let (
            KnownAt::Column {
                columns,
                grace_days,
                early,
            },
            None,
        ) = (&table.known_at, &table.ledger_key)
        else {
            return None;
        };
        let rules = table.parent_rules().into_iter();
        let any = rules.filter(|(_, rule)| is_any(rule.matching));
        Some(Self {
            table,
            codes,
            cutover,
            rule: KnownRule {
                grace_days: *grace_days,
                early: *early,
            },
            known: columns,
            any: any.map(|(leaf, _)| leaf as i64).collect(),
        })
    }

    /// The columns of the table that are read, ascending.
    #[must_use]
    pub fn columns(&self) -> Vec<usize> {
        let mut read = columns_of_rule(&self.table.rows);
        read.extend(self.known);
        read.sort_unstable();
        read.dedup();
        read
    }

    /// The questions about some rows, by the columns that are read and the parents of the row rule.
    ///
    /// # Errors
    /// [`VectorizedError`].
    pub fn questions(
        &self,
        columns: &ReadColumns<'_>,
        parents: &[ParentFacts],
    ) -> Result<Vec<PointQuestion>, VectorizedError> {
        let rows = columns.rows();
        let mut read: Vec<Column> = parents.iter().flat_map(ParentFacts::columns).collect();
        read.extend(columns.rule_columns(&self.columns())?);
        let known = self.known.iter();
        let known = known.map(|&known| Ok(days_of(&columns.stamped(known)?)));
        let known: Vec<Int64Chunked> = known.collect::<Result<_, VectorizedError>>()?;
        // Rules that are constant read nothing; the height must come from somewhere.
        read.push(plain_numbers("row", vec![0; rows]));
        let compute = || -> PolarsResult<Vec<PointQuestion>> {
            let frame = frame(read)?;
            let rules = Rules {
                table: self.table,
                codes: self.codes,
                cutover: self.cutover,
                frame: &frame,
                rows,
            };
            let said = rules.of_rows(Wanted::Last)?;
            let (on, to_come) = (latest(&known, rows)?, rules.to_come()?);
            let verdicts = results(&said.verdict, "verdict")?.into_iter();
            let asked = results(&rules.asked()?, "asked")?.into_iter();
            let days = said.last.iter().zip(on.iter()).zip(to_come.iter());
            let question = |((verdict, asked), ((last, on), to_come))| PointQuestion {
                ruled: Ruled {
                    verdict,
                    last,
                    any: self.any.contains(&asked),
                    to_come: to_come == Some(true),
                },
                on,
                asked,
            };
            Ok(verdicts.zip(asked).zip(days).map(question).collect())
        };
        compute().map_err(VectorizedError::polars(&self.table.id))
    }

    /// What the points in this slice say of their rows: `last` is the last day of each, `on` the one on which it was written, and `held`
    /// is 1 where that settles it.
    ///
    /// # Errors
    /// [`VectorizedError`].
    pub fn answers(
        &self,
        [last, on, held]: [&Int64Array; 3],
        slice: &Slice,
    ) -> Result<Vec<i64>, VectorizedError> {
        let numbers = |numbers: &Int64Array| numbers.iter().collect::<Int64Chunked>();
        let (last, on) = (numbers(last), numbers(on));
        let written = Written {
            on: &on,
            last: &last,
        };
        let said = || {
            let said = self.rule.of_points(&written, slice)?;
            let held = known(&numbers(held).equal(1))?;
            results(&first_of(&[(&held, &word(HELD))], &said)?, "known_at")
        };
        said().map_err(VectorizedError::polars(&self.table.id))
    }
}

/// Some rows by section 3, and what the points of their parents say.
#[derive(Debug)]
pub struct Settled {
    pub(crate) verdict: Vec<Option<i64>>,
    pub(crate) last: Vec<Option<i64>>,
    pub(crate) any: Vec<Option<bool>>,
    pub(crate) to_come: Vec<bool>,
    pub(crate) sayings: Sayings,
    pub(crate) owners: BTreeMap<usize, Owners>,
}

impl Settled {
    /// So many rows of which nothing is known yet.
    #[must_use]
    pub fn new(rows: usize) -> Self {
        Self {
            verdict: vec![None; rows],
            last: vec![None; rows],
            any: vec![None; rows],
            to_come: vec![false; rows],
            sayings: Sayings(vec![Saying::default(); rows]),
            owners: BTreeMap::new(),
        }
    }

    /// What one more point says of a row, which is below the number of rows ([`Settling::answers`]), with its owner key.
    #[inline]
    pub fn add(&mut self, row: usize, ruled: Ruled, (said, owner): (i64, Option<Owner>)) {
        self.verdict[row] = Some(ruled.verdict);
        self.last[row] = ruled.last;
        self.any[row] = Some(ruled.any);
        self.to_come[row] = ruled.to_come;
        self.sayings.0[row].add(said);
        self.owners.entry(row).or_default().push(owner);
    }
}
