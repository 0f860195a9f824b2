//! `bunri report`: what the last verification said, as a page that a person reads.

use bunri_arguments::{Language, ReportArguments};
use bunri_page::Lang;
use bunri_verify::VerifyError;
use bunri_workplace::{Workplace, hold_custody};
use serde_json::json;

use crate::Log;
use crate::command::page::{Evidence, Form, write_out};
use crate::exit::{Failure, Outcome};
use crate::screen;

pub(crate) fn run(arguments: &ReportArguments, log: Log) -> Result<Outcome, Failure> {
    let ReportArguments {
        job,
        // The form if no other is named.
        html: _,
        md,
        json,
        lang,
        out,
        against,
    } = arguments;
    let workplace = Workplace::open(job)?;
    let _held = hold_custody(&workplace.job.custody)?;
    let evidence = Evidence::read(&workplace, against.as_deref())?;
    let lang = lang.map(|lang| match lang {
        Language::En => Lang::En,
        Language::Ja => Lang::Ja,
    });
    let form = if *md { Form::Markdown } else { Form::Html };
    let text = if *json {
        let bytes = evidence.report.to_bytes().map_err(VerifyError::from)?;
        Some(String::from_utf8_lossy(&bytes).into_owned())
    } else if *md || out.is_some() {
        Some(evidence.page(&workplace, form, lang.unwrap_or(Lang::En), false))
    } else {
        None
    };
    match (text, out) {
        (Some(text), Some(path)) => {
            write_out(&workplace, path, &text)?;
            say(log, &path.display().to_string());
        }
        (Some(text), None) => screen::say_exact(text.trim_end()),
        (None, _) => {
            let pages = evidence.write_pages(&workplace)?;
            for (page, of) in pages.iter().zip(Lang::ALL) {
                if lang.is_none_or(|lang| lang == of) {
                    say(log, &page.display().to_string());
                }
            }
        }
    }
    Ok(if evidence.is_current() {
        Outcome::Clean
    } else {
        screen::tell("bunri: the report speaks of something else than lies here now: verify again");
        Outcome::SomethingToRead
    })
}

fn say(log: Log, path: &str) {
    match log {
        Log::Json => screen::event(&json!({"event": "page", "path": path})),
        Log::Human => screen::say(&format!("page          {path}")),
    }
}
