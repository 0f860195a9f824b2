//! `bunri run --again`: after a change, what stands and what goes is said, confirmed and carried out. Stores are made of one catalogue
//! or of another, never of both: what was made of the old one is removed first, its manifests before its files.

use std::io::{BufRead, IsTerminal};

use bunri_arguments::RunArguments;
use bunri_catalogue::Store;
use bunri_extract::{Standing, reopen, standing};
use bunri_split::discard;
use bunri_workplace::{Held, Workplace};
use serde_json::json;

use crate::Log;
use crate::command::{journal, page};
use crate::exit::Failure;
use crate::progress::Progress;
use crate::screen;

/// Clears the way for a run of the job as it is now, if there is anything in its way.
pub(crate) fn clear(
    workplace: &Workplace,
    held: &Held,
    arguments: &RunArguments,
    log: Log,
    progress: &Progress,
) -> Result<(), Failure> {
    let job = &workplace.job;
    let standing = standing(&held.source.blake3, &workplace.catalogue, &job.custody)?;
    if held.differences.is_empty() && !standing.is_of_another {
        if log == Log::Human {
            screen::say("nothing changed since the last run: it is resumed");
        }
        return Ok(());
    }
    tell(held, &standing, log);
    if !arguments.yes && !confirmed(progress) {
        return Err(Failure::NotConfirmed);
    }
    journal::note(&job.custody, "again", "begun")?;
    if !held.differences.is_empty() {
        page::remove(workplace)?;
        discard(&workplace.roots())?;
    }
    if standing.is_of_another {
        reopen(&workplace.catalogue, &job.custody)?;
    }
    held.renew(&job.custody)?;
    journal::note(&job.custody, "again", "done")?;
    Ok(())
}

fn tell(held: &Held, standing: &Standing, log: Log) {
    let Standing {
        is_of_another,
        stands,
        read,
        gone,
    } = standing;
    let stores = !held.differences.is_empty();
    // Where staging is whole and of this shape, none of it is read again.
    let (stands, read, gone) = if *is_of_another {
        (stands.len(), read.as_slice(), gone.as_slice())
    } else {
        (stands.len() + read.len(), [].as_slice(), [].as_slice())
    };
    match log {
        Log::Json => screen::event(&json!({
            "event": "again", "changed": held.differences.iter().map(|line| line.trim()).collect::<Vec<_>>(),
            "tables_that_stand": stands, "tables_read_again": read, "tables_removed": gone, "stores_removed": stores,
        })),
        Log::Human => {
            screen::say("changed since the last run:");
            for difference in &held.differences {
                screen::say(difference);
            }
            if *is_of_another {
                screen::say("  tables, columns, types or keys of the catalogue");
            }
            screen::say(&format!("stands:      {stands} tables of staging"));
            if !read.is_empty() {
                screen::say_wrapped(&format!("read again:  {}", read.join(", ")), 13);
            }
            if !gone.is_empty() {
                screen::say_wrapped(
                    &format!(
                        "removed:     {}, which the catalogue no longer has",
                        gone.join(", ")
                    ),
                    13,
                );
            }
            if stores {
                let names = Store::ALL.map(Store::word);
                screen::say_wrapped(
                    &format!(
                        "removed:     the stores {}; they are made anew",
                        names.join(", ")
                    ),
                    13,
                );
            }
        }
    }
}

/// Asks where somebody can answer.
fn confirmed(progress: &Progress) -> bool {
    let input = std::io::stdin();
    if !input.is_terminal() {
        return false;
    }
    progress.done();
    screen::tell("go on? type y to remove what goes and run:");
    let mut answer = String::new();
    let read = input.lock().read_line(&mut answer);
    read.is_ok() && ["y", "yes"].contains(&answer.trim().to_lowercase().as_str())
}
