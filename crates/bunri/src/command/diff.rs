//! `bunri diff`: what two classifications say differently, and what that moves in a staging.

use bunri_arguments::DiffArguments;
use bunri_decisions::Decisions;
use bunri_plan::{PlanError, Side, compare};
use bunri_report::{Comparison, SaidDifferently};
use bunri_workplace::{Workplace, look_into};

use crate::command::moved;
use crate::command::sides::NamedSide;
use crate::exit::{Failure, Outcome};
use crate::progress::Progress;
use crate::screen;

/// Lines that are printed; `--json` has all.
const SHOWN: usize = 60;

pub(crate) fn run(arguments: &DiffArguments, progress: &Progress) -> Result<Outcome, Failure> {
    let DiffArguments {
        from,
        to,
        job,
        json,
    } = arguments;
    let (from, to) = (NamedSide::open(from)?, NamedSide::open(to)?);
    let job = job.as_deref().map(Workplace::open).transpose()?;
    let changes = match &job {
        Some(workplace) => {
            let _looking = look_into(workplace)?;
            let ground = workplace.ground(progress);
            let of_job = workplace.side();
            compare(from.side(of_job), to.side(of_job), Some(&ground))?
        }
        None => {
            let none = Decisions::none();
            compare(alone(&from, &none), alone(&to, &none), None)?
        }
    };
    progress.done();
    if *json {
        let text = serde_json::to_string_pretty(&changes).map_err(PlanError::from)?;
        screen::say_exact(&text);
    } else {
        say(&changes);
    }
    Ok(if changes.is_empty() {
        Outcome::Clean
    } else {
        Outcome::SomethingToRead
    })
}

/// Nothing is decided, so nobody asks for a day or a decision.
fn alone<'a>(named: &'a NamedSide, none: &'a Decisions) -> Side<'a> {
    Side {
        catalogue: named.catalogue(),
        decisions: none,
        cutover: 0,
    }
}

fn say(changes: &Comparison) {
    if changes.said.is_empty() {
        screen::say("both say the same");
    }
    for it in changes.said.iter().take(SHOWN) {
        say_one(it);
    }
    if changes.said.len() > SHOWN {
        let more = changes.said.len() - SHOWN;
        screen::say(&format!("… and {more} differences more (--json has all)"));
    }
    moved::say(changes);
}

/// One difference.
pub(crate) fn say_one(it: &SaidDifferently) {
    let column = it.column.as_ref().map(|column| format!(".{column}"));
    let place = format!("{}{}", it.table, column.unwrap_or_default());
    screen::say_wrapped(format!("{place} {}:", it.what).trim_start(), 4);
    let sides = [("-", &it.from), ("+", &it.to)];
    for (sign, text) in sides {
        for line in text.iter().flat_map(|text| text.lines()) {
            screen::say_wrapped(&format!("  {sign} {line}"), 6);
        }
    }
}
