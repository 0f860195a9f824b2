//! The page for the regulator: type by type of the deck, what was checked, what was found, and what no tool can see, which comes
//! first. Made of outcomes; every name goes through [`Name`], every text of others through [`Prose`].

mod texts;

use std::collections::BTreeMap;

use bunri_page::{Lang, Name, Prose, Sheet, number, sheet};
use bunri_security::{Check, Command, Finding, Incident, Outcome, Rule, Status};
use maud::{Markup, PreEscaped, html};

use crate::picture::Picture;
use crate::sentences::{
    basis_text, exposure_text, found, reason_text, rule_text, threshold_text, way,
};
use texts::{Both, say};

/// Findings of one type that are listed; `--json` has all.
const MOST_FINDINGS: usize = 100;

/// What a page is made of.
#[derive(Clone, Copy)]
pub struct PageInputs<'a> {
    /// Of `exposure` and `accounts`, of the same system and day.
    pub outcomes: [&'a Outcome; 2],
    /// Of `access`, if it was given.
    pub access: Option<&'a Outcome>,
    /// The screens.
    pub picture: Option<&'a Picture>,
    /// The file of the same page in the other language, if it lies beside this one.
    pub other: Option<&'a str>,
}

/// The page: one file that fetches nothing.
#[must_use]
pub fn html(inputs: &PageInputs<'_>, lang: Lang) -> String {
    let page = Page {
        inputs: *inputs,
        lang,
    };
    let [first, _] = inputs.outcomes;
    let around = Sheet {
        title: format!(
            "{} · {}",
            Name(&first.label).visible(),
            page.say(texts::DOCUMENT)
        ),
        document: page.say(texts::DOCUMENT),
        custody: page.say(texts::CUSTODY),
        other: inputs.other.map(|file| (lang.other(), file)),
        rest: page.say(texts::REST),
        tool: &first.tool,
    };
    let main = html! {
        (page.answer())
        (page.limits())
        @for incident in Incident::ALL { (page.incident(incident)) }
        (page.read())
    };
    sheet(lang, &around, &main)
}

struct Page<'a> {
    inputs: PageInputs<'a>,
    lang: Lang,
}

impl Page<'_> {
    fn say(&self, both: Both) -> &'static str {
        say(self.lang, both)
    }

    fn outcomes(&self) -> impl Iterator<Item = &Outcome> {
        self.inputs.outcomes.into_iter().chain(self.inputs.access)
    }

    /// Rules of `access`, where its outcome is missing.
    fn missing(&self, incident: Incident) -> Vec<&'static str> {
        let of_access = Rule::all().filter(|rule| rule.command == Command::Access);
        let missing =
            of_access.filter(|rule| self.inputs.access.is_none() && rule.incident == incident);
        missing.map(|rule| rule.name).collect()
    }

    fn answer(&self) -> Markup {
        let checks: Vec<&Check> = self
            .outcomes()
            .flat_map(|outcome| &outcome.checks)
            .collect();
        let made = checks
            .iter()
            .filter(|check| check.status == Status::Checked)
            .count();
        let missing: usize = Incident::ALL
            .into_iter()
            .map(|incident| self.missing(incident).len())
            .sum();
        let all = checks.len() + missing;
        let findings: usize = self.outcomes().map(|outcome| outcome.findings.len()).sum();
        let answer = match (findings, made == all) {
            (0, true) => texts::NOTHING,
            (0, false) => texts::NOT_ALL,
            (_, _) => texts::TO_READ,
        };
        let [findings, made, all] = [findings, made, all].map(|count| number(count as u64));
        let lede = match self.lang {
            Lang::En => format!("{findings} findings. {made} of {all} rules were checked."),
            Lang::Ja => format!("検出{findings}件。点検項目{all}のうち{made}を点検した。"),
        };
        let [first, _] = self.inputs.outcomes;
        html! {
            div #answer .answer tabindex="-1" {
                h1 { (self.say(answer)) }
                p.lede { (lede) }
                dl.facts {
                    div { dt { (self.say(texts::SYSTEM)) } dd { (Name(&first.label)) } }
                    div { dt { (self.say(texts::JUDGED_ON)) } dd { (Name(&first.judged_on)) } }
                }
            }
        }
    }

    fn limits(&self) -> Markup {
        html! {
            section #limits {
                h2 { (self.say(texts::LIMITS)) }
                ul.limits { @for limit in texts::GENERAL_LIMITS { li { (self.say(limit)) } } }
            }
        }
    }

    fn incident(&self, incident: Incident) -> Markup {
        let text = texts::of(incident);
        let of_type = |check: &&Check| check.incident == incident.word();
        let checks: Vec<&Check> = self
            .outcomes()
            .flat_map(|outcome| &outcome.checks)
            .filter(of_type)
            .collect();
        let id = format!("type-{}", incident.word().to_lowercase().replace(' ', "-"));
        html! {
            section id=(id) {
                h2 { (self.say(text.title)) }
                h3 { (self.say(texts::NOT_HERE)) }
                ul.limits { @for limit in text.unseen { li { (self.say(*limit)) } } }
                h3 { (self.say(texts::HAPPENED)) }
                p { (self.say(text.happened)) }
                h3 { (self.say(texts::CHECKED)) }
                (self.checks(incident, &checks))
                @if let Some(elsewhere) = text.elsewhere { p { (Prose(self.say(elsewhere))) } }
                h3 { (self.say(texts::FOUND)) }
                (self.findings(&checks))
                @if incident == Incident::A { (self.picture()) }
            }
        }
    }

    fn checks(&self, incident: Incident, checks: &[&Check]) -> Markup {
        let missing = self.missing(incident);
        if checks.is_empty() && missing.is_empty() {
            return html! { p { (self.say(texts::NOTHING_CHECKED)) } };
        }
        let rows = html! {
            @for check in checks {
                tr {
                    th scope="row" { (rule_text(&check.rule, self.lang)) }
                    @match check.status {
                        Status::Checked => {
                            td.number { (number(check.looked_at)) }
                            td.number { (number(check.found)) }
                            td { (Prose(&self.terms(check))) }
                        }
                        Status::NotChecked => {
                            td.status.unchecked colspan="2" { (self.say(texts::NOT_CHECKED)) }
                            td { (Prose(&reason_text(check.reason.as_deref().unwrap_or_default(), self.lang))) }
                        }
                    }
                }
            }
            @for rule in missing {
                tr {
                    th scope="row" { (rule_text(rule, self.lang)) }
                    td.status.unchecked colspan="2" { (self.say(texts::NOT_CHECKED)) }
                    td { (Prose(self.say(texts::NO_ACCESS))) }
                }
            }
        };
        let heads = [texts::RULE, texts::LOOKED_AT, texts::FINDINGS, texts::TERMS];
        // Regions of a page have names of their own.
        let title = self.say(texts::of(incident).title);
        let caption = format!("{title} · {}", self.say(texts::CHECKED));
        self.table(&caption, &heads, &rows)
    }

    /// `days 180; …`
    fn terms(&self, check: &Check) -> String {
        let thresholds = check
            .thresholds
            .iter()
            .map(|(name, at)| threshold_text(name, *at, self.lang));
        let terms: Vec<String> = thresholds.chain([basis_text(check, self.lang)]).collect();
        match self.lang {
            Lang::En => terms.join("; "),
            Lang::Ja => terms.join("。"),
        }
    }

    fn findings(&self, checks: &[&Check]) -> Markup {
        let is_one = |finding: &&Finding| checks.iter().any(|check| check.rule == finding.rule);
        let findings: Vec<&Finding> = self
            .outcomes()
            .flat_map(|outcome| &outcome.findings)
            .filter(is_one)
            .collect();
        let made = checks.iter().any(|check| check.status == Status::Checked);
        if findings.is_empty() {
            let nothing = if made {
                texts::NONE_FOUND
            } else {
                texts::NOTHING_CHECKED
            };
            return html! { p { (self.say(nothing)) } };
        }
        let more = findings.len().saturating_sub(MOST_FINDINGS);
        html! {
            ul {
                @for finding in findings.iter().take(MOST_FINDINGS) { li { (self.finding(finding)) } }
            }
            @if more > 0 { p.more { "+ " (number(more as u64)) } }
        }
    }

    fn finding(&self, finding: &Finding) -> Markup {
        html! {
            b { (rule_text(&finding.rule, self.lang)) } ": " (Prose(&found(finding, self.lang).replace('`', "'")))
            @if let Some(way) = way(&finding.path) { br; (Name(&way)) }
            @if !finding.exposed.is_empty() {
                ul { @for exposed in &finding.exposed { li { (Name(&exposure_text(exposed, self.lang))) } } }
            }
        }
    }

    fn picture(&self) -> Markup {
        let Some(picture) = self.inputs.picture else {
            return html! {};
        };
        let left_out = match (self.lang, picture.left_out) {
            (_, 0) => String::new(),
            (Lang::En, count) => format!(" {} screens are not drawn.", number(count as u64)),
            (Lang::Ja, count) => format!("（{}画面は省略）", number(count as u64)),
        };
        html! {
            h3 { (self.say(texts::PICTURE)) }
            div.scroll tabindex="0" role="region" aria-label=(self.say(texts::PICTURE)) { (PreEscaped(&picture.svg)) }
            p.more { (self.say(texts::LEGEND)) (left_out) }
        }
    }

    fn read(&self) -> Markup {
        let tables: BTreeMap<&String, &u64> = self
            .outcomes()
            .flat_map(|outcome| &outcome.tables)
            .collect();
        let rows = html! {
            @for (table, count) in tables {
                tr { th.name scope="row" { (Name(table)) } td.number { (number(*count)) } }
            }
        };
        html! {
            section #read {
                h2 { (self.say(texts::INPUTS)) }
                (self.table(self.say(texts::INPUTS), &[texts::TABLE, texts::ROWS], &rows))
            }
        }
    }

    fn table(&self, caption: &str, heads: &[Both], rows: &Markup) -> Markup {
        html! {
            div.scroll tabindex="0" role="region" aria-label=(caption) {
                table {
                    caption { (caption) }
                    thead { tr { @for head in heads { th scope="col" { (self.say(*head)) } } } }
                    tbody { (rows) }
                }
            }
        }
    }
}
