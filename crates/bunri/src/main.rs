//! `bunri`: physical separation of a utility's customer system, with evidence.

mod command;
mod exit;

use std::process::ExitCode;

use bunri_terminal::{Log, clock, progress, screen};

fn main() -> ExitCode {
    let arguments = bunri_arguments::parse();
    exit::run_guarded(|| command::run(&arguments))
}
