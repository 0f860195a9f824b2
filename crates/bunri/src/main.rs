//! `bunri`: physical separation of a utility's customer system, with evidence.

mod args;
mod clock;
mod command;
mod exit;
mod lock;
mod progress;
mod screen;
mod workplace;

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments = args::parse();
    exit::run_guarded(|| command::run(&arguments))
}
