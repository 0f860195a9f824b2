//! `bunri init`: a catalogue proposed for a source, or what is new in the source added to one.

use std::path::Path;

use bunri_arguments::InitArguments;
use bunri_inspect::{InitOptions, InspectOptions, Updated, inspect, propose, update, write_new};

use super::inspect::{shown, threads};
use crate::command::sides::source_at;
use crate::exit::{Failure, Outcome};
use crate::progress::Progress;
use crate::screen;

const NO_LEDGER: &str = "no table looks like a ledger, and a source without a ledger cannot be separated: nothing else says who supplied \
     which point when. Name it with --ledger; where it lies in another system, copy it into the source as a table; where all is one \
     company's, there is nothing to separate (docs/inspect.md)";

pub(crate) fn run(arguments: &InitArguments, progress: &Progress) -> Result<Outcome, Failure> {
    let InitArguments {
        source,
        out,
        ledger,
        update: adds,
        sample,
    } = arguments;
    let look = InspectOptions {
        sample: *sample,
        threads: threads(),
    };
    let from = source_at(source)?;
    let profile = inspect(&from, &look, progress)?;
    progress.done();
    let named = from.name();
    let name = Path::new(&named)
        .file_stem()
        .map(|stem| stem.to_string_lossy());
    let options = InitOptions {
        source: &from,
        name: name.as_deref().unwrap_or("catalogue"),
        ledger: ledger.as_deref(),
    };
    let folder = out.display();
    if *adds {
        told(&update(out, &profile, &options)?);
    } else {
        let proposal = propose(&profile, &options)?;
        write_new(out, &proposal)?;
        screen::say_wrapped(
            &format!(
                "{folder}: {} tables proposed; {} classes wait for a person",
                proposal.tables.len(),
                proposal.classes
            ),
            4,
        );
        if !proposal.has_ledger {
            screen::say_wrapped(NO_LEDGER, 4);
        }
    }
    screen::say_wrapped(
        &format!("replace every \"?\", then: bunri check {folder} (docs/catalogue.md)"),
        4,
    );
    Ok(Outcome::Clean)
}

fn told(updated: &Updated) {
    let Updated {
        tables,
        columns,
        ignored,
    } = updated;
    for table in tables {
        screen::say(&format!("new table {}", shown(table)));
    }
    for (table, column) in columns {
        screen::say(&format!("new column {}.{}", shown(table), shown(column)));
    }
    for object in ignored {
        screen::say(&format!("new in [[ignored]]: {}", shown(object)));
    }
    if tables.is_empty() && columns.is_empty() && ignored.is_empty() {
        screen::say("nothing is new in the source");
    }
}
