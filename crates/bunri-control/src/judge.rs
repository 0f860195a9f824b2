//! The figures of the legacy team against those of staging and rejects.

use bunri_report::{
    About, Claim, ControlFigure, ControlGroup, ControlOutcome, ControlReport, Findings, Gap, Note,
    NoteRule, Place, Rule,
};

use crate::amount::written;
use crate::figures::LegacyGroup;
use crate::tally::{ControlTally, GroupAmounts};

/// A sum over fewer rows is close to a value of one, and is not told.
const LEAST_TOLD: i128 = 10;
/// A longer value of a group is no code.
const LONGEST_TOLD: usize = 40;

/// What became of a control.
#[derive(Debug)]
#[non_exhaustive]
pub struct Compared {
    /// For the report.
    pub report: ControlReport,
    /// What could not be compared exactly.
    pub note: Option<Note>,
    /// Where there are no figures.
    pub gap: Option<Gap>,
}

/// A group while it is judged.
struct Judged<'t> {
    ours: &'t GroupAmounts,
    legacy: Option<&'t LegacyGroup>,
    outcomes: Vec<ControlOutcome>,
}

impl Judged<'_> {
    /// Whether neither staging nor the rejects have a row of it.
    fn is_theirs_alone(&self) -> bool {
        self.ours.all(0) == 0
    }
}

impl ControlTally<'_> {
    /// After the last row.
    pub fn finish(mut self, findings: &mut Findings) -> Compared {
        self.groups.sort_by(|a, b| a.group.cmp(&b.group));
        let mut judged: Vec<Judged<'_>> = self.groups.iter().map(|it| self.judge(it)).collect();
        // Those that only the figures have are told by their lines.
        judged.sort_by_key(|it| {
            let line = it.legacy.map_or(0, |legacy| legacy.line);
            it.is_theirs_alone().then_some(line)
        });
        let compared = self.asked.figures.is_some();
        if compared {
            self.tell(&judged, findings);
        }
        let mut outcomes = [0; 4];
        if compared {
            for outcome in judged.iter().flat_map(|it| &it.outcomes) {
                outcomes[*outcome as usize] += 1;
            }
        }
        let [_, bounded, open, _] = outcomes;
        let name = &self.asked.control.name;
        let note = (bounded + open > 0).then(|| Note {
            rule: NoteRule::ControlNotExact,
            store: None,
            table: self.table.id.clone(),
            detail: Some(name.clone()),
            count: bounded + open,
        });
        let gap = (!compared).then(|| Gap {
            store: Some("staging".to_owned()),
            table: Some(self.table.id.clone()),
            file: None,
            why: format!("the figures of control {name} are not there"),
            count: 1,
        });
        Compared {
            report: self.report(&judged, outcomes),
            note,
            gap,
        }
    }

    fn judge<'t>(&'t self, ours: &'t GroupAmounts) -> Judged<'t> {
        let figures = self.asked.figures.as_ref();
        let legacy = figures.and_then(|it| it.groups.get(&ours.group));
        let outcome = |figure: usize| match legacy {
            // What nobody was asked for differs from nothing.
            None if figures.is_none() => ControlOutcome::Equal,
            None => ControlOutcome::Differs,
            Some(legacy) => self.outcome(ours, legacy, figure),
        };
        let outcomes = (0..ours.rejected.len()).map(outcome).collect();
        Judged {
            ours,
            legacy,
            outcomes,
        }
    }

    fn outcome(&self, ours: &GroupAmounts, legacy: &LegacyGroup, figure: usize) -> ControlOutcome {
        let unreadable = &self.unreadable;
        let Some(more) = legacy.amounts[figure].checked_sub(ours.all(figure)) else {
            return ControlOutcome::Differs;
        };
        let bounds = unreadable.below[figure]..=unreadable.above[figure];
        if more == 0 {
            ControlOutcome::Equal
        } else if ours.open[figure] + unreadable.open[figure] > 0 {
            ControlOutcome::Open
        } else if unreadable.rows > 0 && bounds.contains(&more) {
            ControlOutcome::Bounded
        } else {
            ControlOutcome::Differs
        }
    }

    fn tell(&self, judged: &[Judged<'_>], findings: &mut Findings) {
        let about = About {
            store: "staging",
            table: Some(&self.table.id),
        };
        let mut add = |rule, column: Option<&str>, detail: String| {
            let name = &self.asked.control.name;
            let place = Place {
                column: column.map(str::to_owned),
                detail: Some(format!("control {name}: {detail}")),
                ..Place::default()
            };
            findings.add(Claim::C3, rule, about, place);
        };
        let headers = self.asked.shape.figure_headers(self.table);
        let mut differs = vec![false; headers.len()];
        for it in judged {
            let here = it.outcomes.iter().map(|it| *it == ControlOutcome::Differs);
            let here: Vec<bool> = here.collect();
            for (all, here) in differs.iter_mut().zip(&here) {
                *all |= here;
            }
            let Some(legacy) = it.legacy else {
                add(Rule::ControlGroupMissing, None, self.name(it));
                continue;
            };
            // Of a group of none of our rows the count says all.
            if it.is_theirs_alone() {
                if here.contains(&true) {
                    add(Rule::ControlGroupUnknown, None, self.name(it));
                }
                continue;
            }
            for (figure, header) in headers.iter().enumerate().filter(|(at, _)| here[*at]) {
                let column = (figure > 0).then_some(*header);
                let told = self.amounts(it, legacy, figure, header);
                let detail = format!("{}, {told}", self.name(it));
                add(Rule::ControlFigureDiffers, column, detail);
            }
        }
        if self.further > 0 {
            let detail = format!("{} rows of further groups", self.further);
            add(Rule::ControlGroupMissing, None, detail);
            return;
        }
        for (figure, header) in headers.iter().enumerate() {
            if !differs[figure] && self.total_differs(judged, figure) {
                let column = (figure > 0).then_some(*header);
                add(Rule::ControlTotalDiffers, column, (*header).to_owned());
            }
        }
    }

    /// Whether the differences of all groups together are not what the rows add whose group cannot be read.
    fn total_differs(&self, judged: &[Judged<'_>], figure: usize) -> bool {
        let unreadable = &self.unreadable;
        let open: u64 = self.groups.iter().map(|it| it.open[figure]).sum();
        if unreadable.rows == 0 || unreadable.open[figure] + open > 0 {
            return false;
        }
        let more = judged.iter().map(|it| {
            let legacy = it.legacy.map_or(0, |legacy| legacy.amounts[figure]);
            legacy.saturating_sub(it.ours.all(figure))
        });
        let more = more.fold(0, i128::saturating_add);
        let most = unreadable.below[figure].saturating_add(unreadable.above[figure]);
        let least = match figure {
            0 => most - i128::from(unreadable.broken),
            _ => most,
        };
        !(least..=most).contains(&more)
    }

    /// How a group is told: by its values where staging has them, else by its line.
    fn name(&self, it: &Judged<'_>) -> String {
        let line = it.legacy.map(|legacy| format!("line {}", legacy.line));
        if it.is_theirs_alone() {
            return line.unwrap_or_default();
        }
        let headers = self.asked.shape.group_headers(self.table);
        let parts = headers.iter().zip(&it.ours.group).map(|(header, value)| {
            let value = told(value.as_deref());
            format!("{header} {}", value.as_deref().unwrap_or("NULL"))
        });
        let mut parts: Vec<String> = parts.collect();
        if parts.is_empty() {
            parts.push("the whole table".to_owned());
        }
        parts.extend(line);
        parts.join(", ")
    }

    fn amounts(
        &self,
        it: &Judged<'_>,
        legacy: &LegacyGroup,
        figure: usize,
        header: &str,
    ) -> String {
        if figure > 0 && !is_told(it.ours) {
            return format!("{header}: the sums are not told, because few rows are in them");
        }
        let scale = self.asked.shape.scales(self.table)[figure];
        let theirs = written(legacy.amounts[figure], scale);
        let ours = written(it.ours.all(figure), scale);
        format!("{header}: {theirs} in the figures, {ours} in staging and rejects")
    }

    fn report(&self, judged: &[Judged<'_>], outcomes: [u64; 4]) -> ControlReport {
        let control = &self.asked.control;
        let headers = self.asked.shape.figure_headers(self.table);
        ControlReport {
            name: control.name.clone(),
            table: self.table.id.clone(),
            by: control.by.clone(),
            month_of: control.month_of.clone(),
            figures: headers.iter().map(|it| (*it).to_owned()).collect(),
            blake3: self.asked.figures.as_ref().map(|it| it.blake3.clone()),
            unreadable: self.unreadable.rows,
            outcomes,
            further: self.further,
            groups: judged.iter().map(|it| self.group(it)).collect(),
        }
    }

    fn group(&self, it: &Judged<'_>) -> ControlGroup {
        let scales = self.asked.shape.scales(self.table);
        let is_told = is_told(it.ours);
        let figure = |(figure, outcome): (usize, &ControlOutcome)| {
            let tells = figure == 0 || is_told;
            let text = |units: i128| tells.then(|| written(units, scales[figure]));
            let legacy = it.legacy.and_then(|legacy| text(legacy.amounts[figure]));
            let regions = it.ours.staged.each_ref();
            let regions = regions.map(|part| written(part[figure], scales[figure]));
            ControlFigure {
                outcome: *outcome,
                legacy,
                staged: text(it.ours.staged(figure)),
                rejected: text(it.ours.rejected[figure]),
                regions: tells.then_some(regions),
            }
        };
        let values = it.ours.group.iter().map(|value| told(value.as_deref()));
        ControlGroup {
            group: (!it.is_theirs_alone()).then(|| values.collect()),
            line: it.legacy.map(|legacy| legacy.line),
            figures: it.outcomes.iter().enumerate().map(figure).collect(),
        }
    }
}

/// Whether sums of a group speak of enough rows: one of these parts could be worked out from the others.
fn is_told(ours: &GroupAmounts) -> bool {
    let parts = ours.staged.iter().chain([&ours.rejected]);
    let mut rows = parts.map(|part| part[0]);
    let few = |rows: i128| rows > 0 && rows < LEAST_TOLD;
    ours.all(0) > 0 && !rows.any(few)
}

/// A value of a group, if it looks like a code; [`None`] is NULL.
fn told(value: Option<&str>) -> Option<String> {
    let value = value?;
    let plain = value.chars().count() <= LONGEST_TOLD && !value.chars().any(char::is_control);
    let told = if plain { value } else { "(not told)" };
    Some(told.to_owned())
}
