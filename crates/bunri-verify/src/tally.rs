//! How many rows of a table fell where: by ownership, by reason, by region.

use std::collections::BTreeMap;

use bunri_catalogue::{Class, Table};
use bunri_columnar::{STAGING, Staging};
use bunri_compare::ByRegion;
use bunri_control::{AskedControl, Compared, ControlTally};
use bunri_evaluator::{Reason, Verdict};
use bunri_redecide::{ColumnClasses, Decided, bit};
use bunri_report::{About, Claim, Findings, Place, Rule};

use crate::VerifyError;
use crate::days::DayWatch;
use crate::misfit::rejected_for_nothing;
use crate::totals::Totals;
use crate::views;

/// Counts over the staged rows of one table, or of one unit of it.
pub(crate) struct Tally<'a> {
    pub(crate) totals: Totals,
    pub(crate) regions: ByRegion<u64>,
    pub(crate) by_ownership: [u64; 4],
    pub(crate) undecided: BTreeMap<Reason, u64>,
    pub(crate) rejected: u64,
    /// By column and rule.
    pub(crate) rejected_by: BTreeMap<(String, String), u64>,
    pub(crate) days: DayWatch,
    /// Of a view: how its rows differ from those of what it is made of, where that has a reason.
    pub(crate) of_another_number: Vec<(String, u64)>,
    /// By the place of the control in the job.
    controls: Vec<(usize, ControlTally<'a>)>,
}

impl<'a> Tally<'a> {
    /// Of the table at this position, with the controls on it.
    pub(crate) fn new(
        table: &'a Table,
        days: DayWatch,
        (controls, position): (&'a [AskedControl], usize),
    ) -> Self {
        let controls = controls.iter().enumerate();
        let of_table = controls.filter(|(_, asked)| asked.shape.table == position);

        Self {
            totals: Totals::new(table),
            regions: ByRegion::default(),
            by_ownership: [0; 4],
            undecided: BTreeMap::new(),
            rejected: 0,
            rejected_by: BTreeMap::new(),
            days,
            of_another_number: Vec::new(),
            controls: of_table
                .map(|(place, asked)| (place, ControlTally::new(asked, table)))
                .collect(),
        }
    }

    pub(crate) fn take(&mut self, table: &Table, decided: &Decided) -> Result<(), VerifyError> {
        self.days.take(table, decided)?;
        self.totals.staged(&decided.batch);
        for (_, control) in &mut self.controls {
            let verdicts = decided.verdicts.iter();
            control.take(&decided.batch, verdicts.map(|it| it.ownership()));
        }
        let fixed = decided
            .classes
            .iter()
            .fold(0_u8, |classes, column| match column {
                ColumnClasses::Fixed(class) => classes | bit(*class),
                ColumnClasses::PerRow(_) => classes,
            });
        let by_row: Vec<&Vec<Class>> = decided
            .classes
            .iter()
            .filter_map(|column| {
                if let ColumnClasses::PerRow(classes) = column {
                    Some(classes)
                } else {
                    None
                }
            })
            .collect();
        for (row, verdict) in decided.verdicts.iter().enumerate() {
            let classes = by_row
                .iter()
                .fold(fixed, |classes, column| classes | bit(column[row]));
            let ownership = verdict.ownership() as usize;
            self.by_ownership[ownership] += 1;
            for class in Class::ALL
                .into_iter()
                .filter(|&class| classes & bit(class) != 0)
            {
                self.regions[ownership][class as usize] += 1;
            }
            if let Verdict::Undecided(reason) = verdict {
                *self.undecided.entry(*reason).or_default() += 1;
            }
        }
        Ok(())
    }

    /// Adds the staged rows of the unit behind those that were taken.
    pub(crate) fn add(&mut self, next: Self) {
        let Self {
            totals,
            regions,
            by_ownership,
            undecided,
            // What comes of rejects and of the source's figures is taken once, at the end.
            rejected: _,
            rejected_by: _,
            of_another_number: _,
            days,
            controls,
        } = next;
        self.totals.add(&totals);
        self.days.add(&days);
        let rows = self.regions.as_flattened_mut().iter_mut();
        for (rows, more) in rows.zip(regions.as_flattened()) {
            *rows += more;
        }
        for (rows, more) in self.by_ownership.iter_mut().zip(by_ownership) {
            *rows += more;
        }
        for (reason, rows) in undecided {
            *self.undecided.entry(reason).or_default() += rows;
        }
        for ((_, control), (_, more)) in self.controls.iter_mut().zip(controls) {
            control.add(more);
        }
    }

    /// After the last row: the rejects, and the source's and the legacy team's own figures.
    pub(crate) fn finish(
        &mut self,
        table: &Table,
        staging: &Staging,
        findings: &mut Findings,
    ) -> Result<Vec<(usize, Compared)>, VerifyError> {
        let about = About {
            store: STAGING,
            table: Some(&table.id),
        };
        self.totals.of_source(&staging.manifest().source);
        for reject in staging.rejects(table)?.into_iter().flatten() {
            let reject = reject?;
            self.totals.rejected(table, &reject);
            for (_, control) in &mut self.controls {
                control.rejected(&reject);
            }
            self.rejected += 1;
            if rejected_for_nothing(table, &reject) {
                let place = Place::detail(&format!("line {} of the rejects", self.rejected));
                findings.add(Claim::C3, Rule::RejectedForNothing, about, place);
            }
            // A rule comes from a file, so a column that the table has not may stand there; it is not told by its name.
            let known = table.columns.iter().any(|it| it.name == reject.column);
            let column = if known { reject.column } else { String::new() };
            *self
                .rejected_by
                .entry((column, rule_word(&reject.rule)))
                .or_default() += 1;
        }
        let entry = staging.entry(table)?;
        self.totals.check(table, entry, findings);
        views::check(table, entry, findings);
        self.of_another_number = views::of_another_number(table, entry);
        let controls = std::mem::take(&mut self.controls).into_iter();
        Ok(controls
            .map(|(place, control)| (place, control.finish(findings)))
            .collect())
    }
}

/// The rule of a reject, if it looks like one: a file of rejects is data, and a value must not become a word of the report.
fn rule_word(rule: &str) -> String {
    let plain = !rule.is_empty()
        && rule.len() <= 40
        && rule.bytes().all(|it| it == b'_' || it.is_ascii_lowercase());
    let word = if plain { rule } else { "unknown_rule" };
    word.to_owned()
}
