//! `bunri prove`: is retail's store the same, byte for byte, when what is withheld from it is other?

use bunri_arguments::ProveArguments;
use bunri_columnar::EVIDENCE;
use bunri_manifest::{PROOF, Proof, ProofCause, ProofDifference, ProofRefusal, ProofStatus};
use bunri_prove::{ProveInputs, ProveOptions, Shipped, prove};
use bunri_workplace::{Changed, Reads, Workplace, hold};
use comfy_table::{CellAlignment, Table, presets};
use serde_json::json;

use crate::Log;
use crate::command::{journal, page};
use crate::exit::{Failure, Outcome};
use crate::progress::Progress;
use crate::screen;

pub(crate) fn run(
    arguments: &ProveArguments,
    log: Log,
    progress: &Progress,
) -> Result<Outcome, Failure> {
    let ProveArguments {
        job,
        pairs,
        seed,
        sample,
    } = arguments;
    let workplace = Workplace::open(job)?;
    let job = &workplace.job;
    let _held = hold(&workplace, Reads::StagingOnly, Changed::Refused, progress)?;
    journal::note(&job.custody, "prove", "begun")?;
    let split = workplace.split_options();
    let inputs = ProveInputs {
        redecide: workplace.redecide_inputs(),
        retail: &workplace.job.retail,
        split: &split,
    };
    let options = ProveOptions {
        pairs: *pairs,
        seed: *seed,
        sample: *sample,
        memory: job.memory,
    };
    let proof = prove(&inputs, &options, &Shipped, progress)?;
    progress.done();
    let state = match proof.status {
        ProofStatus::Held => "done",
        ProofStatus::Broken => "broken",
        ProofStatus::NothingShown => "nothing shown",
    };
    journal::note(&job.custody, "prove", state)?;
    say(&proof, log);
    page::refresh_if_reported(&workplace);
    if log == Log::Human {
        let custody = job.custody.display();
        screen::say(&format!("record        {custody}/{EVIDENCE}/{PROOF}"));
    }
    outcome(&proof)
}

fn outcome(proof: &Proof) -> Result<Outcome, Failure> {
    match proof.status {
        ProofStatus::Broken => Ok(Outcome::ClaimBroken),
        ProofStatus::NothingShown => {
            let reasons: Vec<String> = proof.refusals.iter().map(refusal).collect();
            Err(Failure::NothingShown(reasons.join("; ")))
        }
        // Columns that could not be perturbed, and a sample in place of the whole, are something to read.
        ProofStatus::Held => {
            let alone = proof.columns.iter().any(|column| column.why.is_some());
            Ok(if alone || proof.sample.is_some() {
                Outcome::SomethingToRead
            } else {
                Outcome::Clean
            })
        }
    }
}

fn say(proof: &Proof, log: Log) {
    if log == Log::Json {
        screen::event(&json!({
            "event": "proved", "status": proof.status, "pairs": proof.pairs, "seed": proof.seed,
            "redrawn": proof.redrawn, "differences": proof.differences, "refusals": proof.refusals,
        }));
        return;
    }
    screen::say(&strategies(proof));
    screen::say(&coverage(proof));
    for column in proof.columns.iter().filter(|column| column.why.is_some()) {
        let why = column.why.as_deref().unwrap_or_default();
        screen::say(&format!(
            "  not perturbed: {}.{} ({why})",
            column.table, column.column
        ));
    }
    for difference in &proof.differences {
        screen::say(&difference_line(difference));
    }
    screen::say(&verdict(proof));
}

/// How often each strategy was used.
fn strategies(proof: &Proof) -> String {
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED);
    table.set_header(["strategy", "cells changed", "rows added, gone, moved"]);
    for strategy in &proof.strategies {
        table.add_row([
            strategy.strategy.clone(),
            strategy.cells.to_string(),
            strategy.rows.to_string(),
        ]);
    }
    for column in 1..3 {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.to_string()
}

fn coverage(proof: &Proof) -> String {
    let perturbed = proof.columns.iter().filter(|column| column.why.is_none());
    let sample = proof.sample.map_or(String::new(), |sample| {
        format!(", {} supply points ({} rows)", sample.points, sample.rows)
    });
    format!(
        "{} pairs, seed {}{sample}: {} of {} withheld columns perturbed, {} of them read by rules (declared flows), {} \
         draws changed a grant and were drawn again",
        proof.pairs,
        proof.seed,
        perturbed.count(),
        proof.columns.len(),
        proof.declared_flows.len(),
        proof.redrawn,
    )
}

fn verdict(proof: &Proof) -> String {
    match proof.status {
        ProofStatus::Held => {
            "C7 noninterference: every pair gave the same retail bytes (evidence, not proof)"
        }
        ProofStatus::Broken => "C7 noninterference is BROKEN: do not hand over.",
        ProofStatus::NothingShown => "C7 noninterference: nothing shown",
    }
    .to_owned()
}

fn difference_line(difference: &ProofDifference) -> String {
    let ProofDifference {
        pair,
        causes,
        files,
        strange_files,
    } = difference;
    let mut places = files.join(", ");
    if *strange_files > 0 {
        places = format!("{places} and {strange_files} files of other names");
    }
    if *pair == 0 {
        return format!(
            "the same staging, split twice or compared with the job's stores, differs in {places}"
        );
    }
    let causes: Vec<String> = causes.iter().map(cause).collect();
    format!("pair {pair}: {} changes {places}", causes.join(" with "))
}

fn cause(cause: &ProofCause) -> String {
    let ProofCause {
        table,
        column,
        strategy,
    } = cause;
    match column {
        Some(column) => format!("{table}.{column} ({strategy})"),
        None => format!("{table} ({strategy})"),
    }
}

fn refusal(refusal: &ProofRefusal) -> String {
    let ProofRefusal {
        rule,
        store,
        table,
        column,
    } = refusal;
    let places = [store, table, column].into_iter().flatten();
    places.fold(rule.clone(), |text, place| format!("{text} {place}"))
}
