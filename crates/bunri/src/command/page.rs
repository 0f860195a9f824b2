//! The pages beside a report: made of what lies in custody, so that whoever makes them gets the same.

use std::path::{Path, PathBuf};

use bunri_columnar::{ColumnarError, CustodyLayout, replace_whole, write_whole};
use bunri_manifest::{Blake3Hex, PROOF, Proof};
use bunri_page::{Lang, PageInputs, html, markdown};
use bunri_report::{ClaimCost, CostRecord, JudgedPart, Report};
use bunri_verify::{EarlierReport, REPORT, earlier_report};
use bunri_workplace::Workplace;

use crate::exit::Failure;
use crate::screen;

/// What a page of a job is made of, as it lies in custody.
#[derive(Debug)]
pub(crate) struct Evidence {
    pub(crate) report: Report,
    costs: Vec<ClaimCost>,
    differs: Vec<JudgedPart>,
    proof: Option<Proof>,
    before: Option<Report>,
}

/// The form of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Html,
    Markdown,
}

impl Evidence {
    /// Reads what lies in custody; `against` is the report of a run before.
    pub(crate) fn read(workplace: &Workplace, against: Option<&Path>) -> Result<Self, Failure> {
        let folder = CustodyLayout::new(&workplace.job.custody).evidence();
        let path = folder.join(REPORT);
        if path.symlink_metadata().is_err() {
            return Err(Failure::NoReport(folder));
        }
        let text = read(&path)?;
        let report = parse(&path, &text)?;
        let costs = std::fs::read(folder.join(CostRecord::FILE)).unwrap_or_default();
        let differs = match earlier_report(&workplace.verify_inputs()) {
            EarlierReport::OfOther(differs) => differs,
            // It was read above, so it is there and can be read.
            EarlierReport::OfTheSame | EarlierReport::Absent | EarlierReport::Unreadable => {
                Vec::new()
            }
        };
        // A record that cannot be read is shown as none; verification says why it does not count.
        let proof = std::fs::read(folder.join(PROOF)).ok();
        let before = against.map(|path| parse(path, &read(path)?)).transpose()?;
        Ok(Self {
            costs: CostRecord::of_report(&costs, &Blake3Hex::of(&text)),
            report,
            differs,
            proof: proof.and_then(|text| Proof::parse(&text).ok()),
            before,
        })
    }

    /// Whether it speaks of what lies there now.
    pub(crate) fn is_current(&self) -> bool {
        self.differs.is_empty()
    }

    /// The page.
    pub(crate) fn page(
        &self,
        workplace: &Workplace,
        form: Form,
        lang: Lang,
        both_languages: bool,
    ) -> String {
        let inputs = PageInputs {
            report: &self.report,
            costs: &self.costs,
            differs: &self.differs,
            proof: self.proof.as_ref(),
            catalogue: Some(&workplace.catalogue),
            before: self.before.as_ref(),
            both_languages,
        };
        match form {
            Form::Html => html(&inputs, lang),
            Form::Markdown => markdown(&inputs, lang),
        }
    }

    /// Writes the page beside the report, in both languages; gives the paths, by language.
    pub(crate) fn write_pages(&self, workplace: &Workplace) -> Result<[PathBuf; 2], Failure> {
        let paths = paths(workplace);
        for (lang, path) in Lang::ALL.into_iter().zip(&paths) {
            refuse_retail(workplace, path)?;
            let page = self.page(workplace, Form::Html, lang, true);
            replace_whole(path, page.as_bytes())?;
        }
        Ok(paths)
    }
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path).map_err(|source| Failure::Unread {
        path: path.to_path_buf(),
        source,
    })
}

fn parse(path: &Path, text: &[u8]) -> Result<Report, Failure> {
    Report::parse(text).map_err(|source| Failure::UnreadableReport {
        path: path.to_path_buf(),
        source,
    })
}

/// Where the pages of a job lie, by language.
fn paths(workplace: &Workplace) -> [PathBuf; 2] {
    let folder = CustodyLayout::new(&workplace.job.custody).evidence();
    Lang::ALL.map(|lang| folder.join(lang.file()))
}

/// Writes a page, or whatever a page is made of, to a file of the user's choice.
pub(crate) fn write_out(workplace: &Workplace, path: &Path, text: &str) -> Result<(), Failure> {
    refuse_retail(workplace, path)?;
    write_whole(path, text.as_bytes())?;
    Ok(())
}

fn refuse_retail(workplace: &Workplace, path: &Path) -> Result<(), Failure> {
    if workplace.job.is_in_retail(path) {
        return Err(Failure::InRetail(path.to_path_buf()));
    }
    Ok(())
}

/// Before a report is replaced: no page may be taken for one of the new report.
pub(crate) fn remove(workplace: &Workplace) -> Result<(), Failure> {
    for path in paths(workplace) {
        if path.symlink_metadata().is_ok() {
            std::fs::remove_file(&path).map_err(ColumnarError::io("remove", &path))?;
        }
    }
    Ok(())
}

/// After a report was written: the page beside it. What was found stands in the report, so a page that could not be written
/// changes no exit code.
pub(crate) fn refresh(workplace: &Workplace) -> Option<[PathBuf; 2]> {
    let evidence = Evidence::read(workplace, None);
    match evidence.and_then(|evidence| evidence.write_pages(workplace)) {
        Ok(paths) => Some(paths),
        Err(failure) => {
            screen::tell(&format!(
                "bunri: the report's page was not written: {failure}"
            ));
            None
        }
    }
}

/// The same where there may be no report: pages tell what `bunri prove` found, too.
pub(crate) fn refresh_if_reported(workplace: &Workplace) {
    let folder = CustodyLayout::new(&workplace.job.custody).evidence();
    if folder.join(REPORT).symlink_metadata().is_ok() {
        refresh(workplace);
    }
}
