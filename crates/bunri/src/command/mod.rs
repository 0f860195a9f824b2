//! One function a command: what was typed becomes calls of the stages, and what they return is printed.

mod access;
mod again;
mod answers;
mod check;
mod completions;
mod control;
mod diff;
mod emergency;
mod export;
mod handover;
mod incident;
mod init;
mod inspect;
mod journal;
mod key;
mod load;
mod loaded;
mod moved;
mod page;
mod plan;
mod prove;
mod quarantine;
mod references;
mod report;
mod reread;
mod retire;
mod said;
mod sample;
mod sides;
mod sign;
mod stages;
mod verify;

use bunri_arguments::{Arguments, Command};

use crate::exit::Ended;
use crate::progress::Progress;

/// Carries out a command.
pub(crate) fn run(arguments: &Arguments) -> Ended {
    let Arguments {
        log,
        log_every,
        command,
    } = arguments;
    let progress = Progress::new(*log, *log_every);
    // The other commands are short or harmless to end at once.
    if matches!(
        command,
        Command::Inspect(_)
            | Command::Init(_)
            | Command::Check(_)
            | Command::Extract(_)
            | Command::Split(_)
            | Command::Verify(_)
            | Command::Prove(_)
            | Command::Reread(_)
            | Command::Plan(_)
            | Command::Diff(_)
            | Command::Answers(_)
            | Command::Quarantine(_)
            | Command::Incident(_)
            | Command::Run(_)
            | Command::Load(_)
    ) {
        progress.hear_signals();
    }
    let result = match command {
        Command::Sample(arguments) => sample::run(arguments, *log),
        Command::Inspect(arguments) => inspect::run(arguments, &progress),
        Command::Init(arguments) => init::run(arguments, &progress),
        Command::Answers(arguments) => answers::run(arguments, &progress),
        Command::Check(arguments) => check::run(arguments, &progress),
        Command::Extract(arguments) => stages::extract_only(arguments, *log, &progress),
        Command::Split(arguments) => stages::split_only(arguments, *log, &progress),
        Command::Verify(arguments) => verify::run(arguments, *log, &progress),
        Command::Prove(arguments) => prove::run(arguments, *log, &progress),
        Command::Reread(arguments) => reread::run(arguments, *log, &progress),
        Command::Plan(arguments) => plan::run(arguments, &progress),
        Command::Diff(arguments) => diff::run(arguments, &progress),
        Command::Quarantine(arguments) => quarantine::run(arguments, &progress),
        Command::Run(arguments) => stages::run(arguments, *log, &progress),
        Command::Report(arguments) => report::run(arguments, *log),
        Command::Completions(arguments) => completions::shell(arguments),
        Command::Man(arguments) => completions::man(arguments),
        Command::Control(arguments) => control::run(arguments),
        Command::Key(arguments) => key::run(arguments, *log),
        Command::Sign(arguments) => sign::run(arguments, *log, &progress),
        Command::Export(arguments) => export::run(arguments, *log),
        Command::Handover(arguments) => handover::run(arguments, *log),
        Command::Retire(arguments) => retire::run(arguments, *log, &progress),
        Command::Emergency(arguments) => emergency::run(arguments, *log),
        Command::Incident(arguments) => incident::run(arguments, &progress),
        Command::Load(arguments) => load::run(arguments, *log, &progress),
    };
    progress.done();
    Ended {
        log: *log,
        result,
        facts: progress.end(),
    }
}
