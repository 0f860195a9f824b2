//! `bunri completions` and `bunri man`: what clap knows of the commands, for shells and for `man`.

use bunri_arguments::{Arguments, CompletionsArguments, ManArguments};
use bunri_columnar::ColumnarError;
use clap::CommandFactory;

use crate::exit::{Failure, Outcome};
use crate::screen;

/// Prints the script of a shell.
pub(crate) fn shell(arguments: &CompletionsArguments) -> Result<Outcome, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(
        arguments.shell,
        &mut Arguments::command(),
        "bunri",
        &mut script,
    );
    screen::say_styled(String::from_utf8_lossy(&script).trim_end());
    Ok(Outcome::Clean)
}

/// Writes the manual pages.
pub(crate) fn man(arguments: &ManArguments) -> Result<Outcome, Failure> {
    let folder = &arguments.out;
    clap_mangen::generate_to(Arguments::command(), folder)
        .map_err(ColumnarError::io("write manual pages into", folder))?;
    screen::say(&format!("manual pages are in {}", folder.display()));
    Ok(Outcome::Clean)
}
