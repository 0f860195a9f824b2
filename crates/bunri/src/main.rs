//! `bunri`: physical separation of a utility's customer system, with evidence.

mod args;
mod command;
mod exit;
mod lock;
mod workplace;

use std::process::ExitCode;

use bunri_terminal::{Log, clock, progress, screen};

fn main() -> ExitCode {
    let arguments = args::parse();
    exit::run_guarded(|| command::run(&arguments))
}
