//! The first page: yes or no, for which stores, why, what was not checked, and what a person must read.

use bunri_report::{Grade, Status, Verdict};
use maud::{Markup, html};

use crate::classes::baseless;
use crate::html::Page;
use crate::html::parts::Head;
use crate::inputs::digest;
use crate::name::{Name, Prose};
use crate::summary::{claims_by_status, dangling, graded, notes, rejects, undecided_by_reason};
use crate::words::Phrase as P;

/// What no verification proves, whatever it says.
pub(crate) const LIMITS: [P; 10] = [
    P::LimitClassification,
    P::LimitLedger,
    P::LimitStaging,
    P::LimitBefore,
    P::LimitGranted,
    P::LimitTogether,
    P::LimitForged,
    P::LimitElsewhere,
    P::LimitReferences,
    P::LimitLater,
];

/// Something that a person must read, and where it stands on the page.
#[derive(Debug)]
pub(crate) struct ToRead {
    pub(crate) section: &'static str,
    pub(crate) text: String,
}

impl Page<'_> {
    /// The answer in a word, and in a sentence.
    pub(crate) fn answer(&self) -> (&'static str, &'static str) {
        if self.inputs.differs.is_empty() {
            self.lang.answer(self.inputs.report.verdict)
        } else {
            (self.say(P::AnswerNone), self.say(P::Stale))
        }
    }

    /// What has changed since the report was written.
    pub(crate) fn differing(&self) -> String {
        let parts = self.inputs.differs.iter();
        let parts: Vec<String> = parts.map(|part| self.lang.part(*part)).collect();
        self.lang.list(&parts)
    }

    pub(super) fn first(&self) -> Markup {
        let (word, lede) = self.answer();
        let stale = !self.inputs.differs.is_empty();
        html! {
            section.answer.(self.tone()) aria-labelledby="answer" {
                h1 #answer tabindex="-1" { (word) }
                @if stale {
                    p.lede { (lede) " " strong { (self.differing()) } }
                    @let (word, lede) = self.lang.answer(self.inputs.report.verdict);
                    p.said { (self.say(P::StaleSaid)) " “" (word) " " (lede) "”" }
                } @else {
                    p.lede { (lede) @if let Some(more) = self.unchecked_too() { " " (more) } }
                }
                (self.facts())
            }
            section {
                h2 #stores { (self.say(P::ForStores)) }
                p { (Prose(self.say(P::ForStoresWhy))) }
                (self.stores())
            }
            section {
                h2 #why { (self.say(P::Why)) }
                ul.plain { @for reason in self.why() { li { (reason) } } }
                (self.claims_in_short())
            }
            section {
                h2 #unchecked { (self.say(P::NotChecked)) }
                p { (self.say(P::NeverProved)) }
                ol.limits { @for limit in LIMITS { li { (self.say(limit)) } } }
                @let unchecked = self.unchecked();
                @if !unchecked.is_empty() {
                    p { (self.say(P::ClaimsUnchecked)) }
                    ul { @for (name, why) in unchecked { li { strong { (name) } " " (Prose(&why)) } } }
                }
            }
            section {
                h2 #to-read { (self.say(P::MustRead)) }
                @let to_read = self.reading_list();
                @if to_read.is_empty() { p { (self.say(P::MustReadNothing)) } }
                ul { @for it in to_read { li { a href={ "#" (it.section) } { (it.text) } } } }
            }
        }
    }

    /// A yes does not hide what it does not speak of.
    pub(crate) fn unchecked_too(&self) -> Option<String> {
        let report = self.inputs.report;
        let [_, _, unchecked] = claims_by_status(report);
        let yes = report.verdict == Verdict::AsExpected && self.inputs.differs.is_empty();
        (yes && unchecked > 0).then(|| self.lang.unchecked_too(unchecked))
    }

    fn tone(&self) -> &'static str {
        if !self.inputs.differs.is_empty() {
            return "no";
        }
        match self.inputs.report.verdict {
            Verdict::AsExpected => "yes",
            Verdict::ToRead | Verdict::Outside => "not-yet",
            Verdict::Broken => "no",
        }
    }

    /// What was run, and what it read.
    pub(crate) fn run_facts(&self) -> Vec<(P, String)> {
        let report = self.inputs.report;
        let judged = &report.judged;
        let shown = |name: &str| Name(name).visible();
        let kind = self.lang.kind_of_job(&report.kind);
        let mut facts = vec![(P::Run, shown(&report.label)), (P::Kind, kind)];
        if let Some(day) = &judged.cutover {
            facts.push((P::CutoverDay, shown(day)));
        }
        if let Some(source) = &judged.source {
            let size = self.lang.bytes(&source.kind, source.bytes);
            facts.push((P::Legacy, format!("{size} · {}", source.blake3)));
        }
        if let Some(catalogue) = &report.catalogue {
            let (name, version) = (shown(&catalogue.name), shown(&catalogue.version));
            facts.push((
                P::Catalogue,
                format!("{name} {version} · {}", shown(&catalogue.blake3)),
            ));
        }
        let decisions = digest(judged.decisions.as_ref()).unwrap_or(self.say(P::DecisionsNone));
        facts.push((P::Decisions, decisions.to_owned()));
        facts.push((P::Tool, shown(&report.tool)));
        facts
    }

    fn facts(&self) -> Markup {
        html! {
            dl.facts {
                @for (what, value) in self.run_facts() {
                    div { dt { (self.say(what)) } dd { (value) } }
                }
            }
        }
    }

    fn stores(&self) -> Markup {
        let rows = html! {
            @for store in &self.inputs.report.judged.stores {
                tr {
                    th scope="row" { (self.lang.store(&store.store)) }
                    td { (self.store_is_for(&store.store)) }
                    td { @match digest(store.manifest.as_ref()) {
                        Some(digest) => { code.digest { (digest) } }
                        None => { strong { (self.say(P::NoManifest)) } }
                    } }
                }
            }
        };
        let heads = [
            Head::Text(P::Store),
            Head::Text(P::StoreFor),
            Head::Text(P::Digest),
        ];
        self.table(self.say(P::ForStores), &heads, &rows)
    }

    fn store_is_for(&self, store: &str) -> &'static str {
        self.say(match store {
            "retail" => P::ForRetail,
            "transmission" => P::ForTransmission,
            "quarantine" => P::ForQuarantine,
            _ => P::NotTold,
        })
    }

    /// The reasons for the answer.
    pub(crate) fn why(&self) -> Vec<String> {
        let report = self.inputs.report;
        let expectations = &report.expectations;
        let met = expectations.iter().filter(|it| it.met).count();
        let mut why = vec![self.lang.claims_are(claims_by_status(report))];
        // What is expected of any job has no line of the job.
        if expectations.iter().any(|it| it.line.is_some()) || report.verdict == Verdict::AsExpected
        {
            why.push(self.lang.expectations_are(met, expectations.len()));
        } else {
            why.push(self.say(P::NoExpect).to_owned());
        }
        why
    }

    fn claims_in_short(&self) -> Markup {
        let rows = html! {
            @for claim in &self.inputs.report.claims {
                tr {
                    th scope="row" { (format!("{:?}", claim.code)) " " (self.lang.claim_name(claim.code)) }
                    td { (self.lang.claim_question(claim.code)) }
                    td { (self.status(claim.status)) }
                }
            }
        };
        let heads = [
            Head::Text(P::Claim),
            Head::Text(P::Question),
            Head::Text(P::Status),
        ];
        self.table(self.say(P::Why), &heads, &rows)
    }

    /// The status of a claim, told from the others without colour.
    pub(super) fn status(&self, status: Status) -> Markup {
        let (class, sign) = match status {
            Status::Held => ("held", "✓"),
            Status::Broken => ("broken", "✕"),
            Status::NotChecked => ("unchecked", "–"),
        };
        html! { span.status.(class) { span aria-hidden="true" { (sign) " " } (self.lang.status(status)) } }
    }

    /// Claims that nobody checked, or not everywhere, and why.
    pub(crate) fn unchecked(&self) -> Vec<(String, String)> {
        let claims = self.inputs.report.claims.iter();
        let unchecked =
            claims.filter(|it| it.status == Status::NotChecked || !it.not_checked.is_empty());
        let one = |claim: &bunri_report::ClaimReport| {
            let name = format!("{:?} {}", claim.code, self.lang.claim_name(claim.code));
            let why = match claim.not_checked.first() {
                Some(gap) => self.lang.gap(gap),
                None => self.lang.claim_reason(claim, 0),
            };
            (name, why)
        };
        unchecked.map(one).collect()
    }

    /// What a person must read, the most urgent first.
    pub(crate) fn reading_list(&self) -> Vec<ToRead> {
        let report = self.inputs.report;
        let mut all = Vec::new();
        let mut add = |section, text| all.push(ToRead { section, text });
        let unmet = report.expectations.iter().filter(|it| !it.met).count();
        if unmet > 0 {
            add("expected", self.lang.unmet(unmet));
        }
        for grade in [Grade::Certain, Grade::Review] {
            let count = graded(report, None, grade);
            if count > 0 {
                add("findings", self.lang.graded(grade, count));
            }
        }
        let sum = |rows: u64, more: u64| rows.saturating_add(more);
        let undecided = undecided_by_reason(report);
        let rows = undecided.iter().map(|it| it.rows).fold(0, sum);
        let tables = report
            .tables
            .iter()
            .filter(|it| !it.undecided.is_empty())
            .count();
        if rows > 0 {
            add(
                "undecided",
                self.lang.rows_of_tables(P::UndecidedTitle, rows, tables),
            );
        }
        let rows = rejects(report).iter().map(|it| it.rows).fold(0, sum);
        let tables = report
            .tables
            .iter()
            .filter(|it| !it.rejected.is_empty())
            .count();
        if rows > 0 {
            add(
                "rejects",
                self.lang.rows_of_tables(P::RejectsTitle, rows, tables),
            );
        }
        let (tables, rows) = dangling(report);
        if rows > 0 {
            add(
                "references",
                self.lang.rows_of_tables(P::ReferencesTitle, rows, tables),
            );
        }
        let others = notes(report).iter().map(|(_, notes)| notes.len()).sum();
        if others > 0 {
            add("notes", self.lang.notes(others));
        }
        let baseless = self.inputs.deciding_catalogue().map_or(0, baseless);
        if baseless > 0 {
            add("classes", self.lang.baseless(baseless));
        }
        all
    }
}
