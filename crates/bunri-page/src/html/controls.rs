//! Control totals: the legacy team's figures beside those of staging, the stores' regions and the rejects.

use bunri_report::{ControlFigure, ControlGroup, ControlOutcome, ControlReport};
use maud::{Markup, html};

use crate::html::Page;
use crate::html::parts::Head;
use crate::name::Name;
use crate::summary::bounded;
use crate::words::Phrase as P;

/// Lines of one control; the report has them all.
const MOST_FIGURES: usize = 200;

/// A line: a figure of a group.
type Line<'a> = (&'a ControlGroup, &'a str, &'a ControlFigure);

impl Page<'_> {
    pub(super) fn controls(&self) -> Markup {
        let controls = &self.inputs.report.controls;
        html! {
            @if controls.is_empty() {
                p { (self.say(P::NoControls)) }
            } @else {
                p { (self.say(P::ControlsWhy)) }
                @for control in controls { (self.control(control)) }
            }
        }
    }

    /// What is not equal comes first.
    fn control(&self, control: &ControlReport) -> Markup {
        let compared = control.blake3.is_some();
        let lines = control.groups.iter().flat_map(|group| {
            let figures = control.figures.iter().zip(&group.figures);
            figures.map(move |(header, figure)| (group, header.as_str(), figure))
        });
        let mut lines: Vec<Line<'_>> = lines.collect();
        lines.sort_by_key(|(_, _, figure)| std::cmp::Reverse(figure.outcome as usize));
        let (shown, more) = bounded(&lines, MOST_FIGURES);
        let heads = [
            Head::Text(P::ControlGroup),
            Head::Text(P::ControlFigure),
            Head::Number(P::ControlLegacy),
            Head::Number(P::Staging),
            Head::Number(P::Own),
            Head::Number(P::Other),
            Head::Number(P::Undecided),
            Head::Number(P::Reference),
            Head::Number(P::Rejected),
            Head::Text(P::ControlOutcome),
        ];
        let rows = html! {
            @for (group, header, figure) in shown {
                tr data-table=(Name(&control.table).visible()) {
                    th.name scope="row" { (group_name(group)) }
                    td { (Name(header)) }
                    (amount(figure.legacy.as_deref()))
                    (amount(figure.staged.as_deref()))
                    @for place in 0..4 {
                        (amount(figure.regions.as_ref().map(|it| it[place].as_str())))
                    }
                    (amount(figure.rejected.as_deref()))
                    td { @if compared { (self.say(outcome(figure.outcome))) } }
                }
            }
        };
        html! {
            h3 { (Name(&control.name)) " · " (Name(&control.table)) }
            @if !compared { p { (self.say(P::ControlNoFigures)) } }
            (self.lang.table(&Name(&control.name).visible(), &heads, &rows))
            (self.more(more))
        }
    }
}

fn outcome(outcome: ControlOutcome) -> P {
    match outcome {
        ControlOutcome::Equal => P::ControlEqual,
        ControlOutcome::Bounded => P::ControlBounded,
        ControlOutcome::Open => P::ControlOpen,
        ControlOutcome::Differs => P::ControlDiffers,
    }
}

/// A group by its values; one that only the figures have by its line there.
fn group_name(group: &ControlGroup) -> Markup {
    html! {
        @match (&group.group, group.line) {
            (Some(parts), _) => {
                @for (place, part) in parts.iter().enumerate() {
                    @if place > 0 { " · " }
                    (Name(part.as_deref().unwrap_or("NULL")))
                }
            }
            (None, Some(line)) => { "CSV:" (line) }
            (None, None) => {}
        }
    }
}

fn amount(amount: Option<&str>) -> Markup {
    html! { td.number { @match amount { Some(amount) => (Name(amount)), None => "–" } } }
}
