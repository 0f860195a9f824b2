//! `bunri answers`: the questions of a proposed catalogue on one sheet or at the terminal, and the answers in the catalogue.

use bunri_arguments::AnswersArguments;
use bunri_review::{Known, ReviewError, answers};

use super::inspect::threads;
use crate::command::sides::source_at;
use crate::exit::{Failure, Outcome};
use crate::progress::Progress;

pub(crate) fn run(arguments: &AnswersArguments, progress: &Progress) -> Result<Outcome, Failure> {
    let source = arguments.source.as_deref().map(source_at).transpose()?;
    let known = Known {
        source: source.as_ref(),
        threads: threads(),
    };
    answers(arguments, known, progress, &|| progress.done()).map_err(|error| match error {
        ReviewError::Answers(error) => Failure::from(error),
        ReviewError::Inspect(error) => Failure::from(error),
    })?;
    Ok(Outcome::Clean)
}
