//! Texts with figures in them, and the words of claims, classes and stores; a language that is missing does not compile.

use bunri_catalogue::{Class, Ownership};
use bunri_report::{Claim, ClaimReport, Gap, Grade, JudgedPart, Status, Verdict};

use crate::lang::{Lang, number};
use crate::name::{Name, Prose};
use crate::words::Phrase as P;

impl Lang {
    /// The answer in one word, and the sentence that goes with it.
    pub(crate) fn answer(self, verdict: Verdict) -> (&'static str, &'static str) {
        let (word, lede) = match verdict {
            Verdict::AsExpected => (P::AnswerYes, P::LedeAsExpected),
            Verdict::ToRead => (P::AnswerNotYet, P::LedeToRead),
            Verdict::Outside => (P::AnswerNotYet, P::LedeOutside),
            Verdict::Broken => (P::AnswerNo, P::LedeBroken),
        };
        (self.say(word), self.say(lede))
    }

    /// A claim's name.
    pub(crate) fn claim_name(self, claim: Claim) -> &'static str {
        match (self, claim) {
            (Lang::En, claim) => claim.name(),
            (Lang::Ja, Claim::C1) => "完全性",
            (Lang::Ja, Claim::C2) => "形",
            (Lang::Ja, Claim::C3) => "欠落なし",
            (Lang::Ja, Claim::C4) => "越境なし",
            (Lang::Ja, Claim::C5) => "値の漏れなし",
            (Lang::Ja, Claim::C6) => "残留物なし",
            (Lang::Ja, Claim::C7) => "非干渉",
            (Lang::Ja, Claim::C8) => "証拠",
            (Lang::Ja, Claim::C9) => "忠実",
        }
    }

    /// What a claim asks, for somebody who knows nothing of hashes.
    pub(crate) fn claim_question(self, claim: Claim) -> &'static str {
        match (self, claim) {
            (Lang::En, Claim::C1) => {
                "Are the files the ones that were made, and are there no others?"
            }
            (Lang::En, Claim::C2) => {
                "Has each store exactly the tables and columns that it may have?"
            }
            (Lang::En, Claim::C3) => "Is everything that was there still somewhere, unchanged?",
            (Lang::En, Claim::C4) => "Is there nothing that this company must not have?",
            (Lang::En, Claim::C5) => {
                "Does no secret value stand where it is allowed to look ordinary: in another column, spelling or file name?"
            }
            (Lang::En, Claim::C6) => "Is nothing hidden in the files, between or behind the rows?",
            (Lang::En, Claim::C7) => {
                "Would the retail store be the same if the secrets were others?"
            }
            (Lang::En, Claim::C8) => "Is it signed who made and who checked the stores?",
            (Lang::En, Claim::C9) => {
                "Does a second reader of the legacy system, on another path, see the same?"
            }
            (Lang::Ja, Claim::C1) => "作られたファイルがそのままあり、ほかに何もないか",
            (Lang::Ja, Claim::C2) => "各ストアの表と列は、持ってよいものと正確に同じか",
            (Lang::Ja, Claim::C3) => "元にあったものは、変わらずどこかに残っているか",
            (Lang::Ja, Claim::C4) => "その会社が持ってはならないものが入っていないか",
            (Lang::Ja, Claim::C5) => "渡さない値が、別の列・表記・ファイル名などに紛れていないか",
            (Lang::Ja, Claim::C6) => "ファイルの中、行の間や後ろに何も隠れていないか",
            (Lang::Ja, Claim::C7) => "渡さないデータが違っていても、小売ストアは同じになるか",
            (Lang::Ja, Claim::C8) => "誰が作り、誰が検査したかの署名があるか",
            (Lang::Ja, Claim::C9) => "旧システムを別の経路で読み直しても、同じ内容か",
        }
    }

    /// What became of a claim.
    pub(crate) fn status(self, status: Status) -> &'static str {
        self.say(match status {
            Status::Held => P::Held,
            Status::Broken => P::Broken,
            Status::NotChecked => P::Unchecked,
        })
    }

    /// Why a claim has its status.
    pub(crate) fn claim_reason(self, claim: &ClaimReport, certain: u64) -> String {
        match (claim.status, claim.not_checked.first()) {
            (Status::Broken, _) => self.findings(certain),
            (Status::NotChecked, Some(first)) => {
                let more = claim.not_checked.len() - 1;
                self.in_part(&self.gap(first), more)
            }
            (Status::Held | Status::NotChecked, _) => {
                let (why, review) = claim
                    .reason
                    .rsplit_once("; ")
                    .filter(|(_, end)| end.ends_with(" to review"))
                    .map_or((claim.reason.as_str(), false), |(why, _)| (why, true));
                let why = Prose(&self.told_plainly(why)).visible();
                if review {
                    self.with_review(&why, claim.findings_total)
                } else {
                    why
                }
            }
        }
    }

    fn in_part(self, gap: &str, more: usize) -> String {
        match (self, more) {
            (Lang::En, 0) => format!("in part: {gap}"),
            (Lang::En, more) => format!("in part: {gap}; and {more} more"),
            (Lang::Ja, 0) => format!("一部のみ：{gap}"),
            (Lang::Ja, more) => format!("一部のみ：{gap}（ほか {more} 件）"),
        }
    }

    fn with_review(self, why: &str, review: u64) -> String {
        let review = number(review);
        match self {
            Lang::En => format!("{why}; {review} for a person to judge"),
            Lang::Ja => format!("{why}（要確認 {review} 件）"),
        }
    }

    /// Something that could not be looked at.
    pub(crate) fn gap(self, gap: &Gap) -> String {
        let store = gap.store.as_deref().map(|store| self.store(store));
        let places = [&gap.table, &gap.file].into_iter().flatten();
        let places = places.map(|place| Name(place).visible());
        let places: Vec<String> = store.into_iter().chain(places).collect();
        let why = self.told_plainly(&gap.why);
        let why = Prose(why.trim_end_matches(['.', '。'])).visible();
        let times = match (self, gap.count) {
            (_, 0 | 1) => String::new(),
            (Lang::En, count) => format!(" ({} times)", number(count)),
            (Lang::Ja, count) => format!("（{} 件）", number(count)),
        };
        let place = self.list(&places);
        match (self, places.is_empty()) {
            (_, true) => format!("{why}{times}"),
            (Lang::En, false) => format!("{place}: {why}{times}"),
            (Lang::Ja, false) => format!("{place}：{why}{times}"),
        }
    }

    /// A store, or staging.
    pub(crate) fn store(self, word: &str) -> String {
        self.say(match word {
            "retail" => P::Retail,
            "transmission" => P::Transmission,
            "quarantine" => P::Quarantine,
            "staging" => P::Staging,
            "store" => P::AnyStore,
            other => return Name(other).visible(),
        })
        .to_owned()
    }

    /// Whose a row is.
    pub(crate) fn ownership(self, ownership: Ownership) -> &'static str {
        self.say(match ownership {
            Ownership::Own => P::Own,
            Ownership::Other => P::Other,
            Ownership::Undecided => P::Undecided,
            Ownership::Reference => P::Reference,
        })
    }

    /// What a class means.
    pub(crate) fn class(self, class: Class) -> &'static str {
        self.say(match class {
            Class::AnyRetailer => P::MeansAnyRetailer,
            Class::OwnCustomer => P::MeansOwnCustomer,
            Class::TransmissionOnly => P::MeansTransmissionOnly,
            Class::RetailOnly => P::MeansRetailOnly,
            Class::Hold => P::MeansHold,
            Class::Reference => P::MeansReference,
            Class::Discard => P::MeansDiscard,
        })
    }

    /// How sure a finding is.
    pub(crate) fn grade(self, grade: Grade) -> &'static str {
        self.say(match grade {
            Grade::Certain => P::Certain,
            Grade::Review => P::Review,
        })
    }

    /// What is another than what was judged.
    pub(crate) fn part(self, part: JudgedPart) -> String {
        match (self, part) {
            (Lang::En, part) => part.to_string(),
            (Lang::Ja, JudgedPart::Tool) => "bunri の版".to_owned(),
            (Lang::Ja, JudgedPart::Catalogue) => "カタログ".to_owned(),
            (Lang::Ja, JudgedPart::Decisions) => "個別判断ファイル".to_owned(),
            (Lang::Ja, JudgedPart::Cutover) => "切替日".to_owned(),
            (Lang::Ja, JudgedPart::Staging) => "ステージング".to_owned(),
            (Lang::Ja, JudgedPart::Retail) => "小売ストア".to_owned(),
            (Lang::Ja, JudgedPart::Transmission) => "送配電ストア".to_owned(),
            (Lang::Ja, JudgedPart::Quarantine) => "隔離".to_owned(),
        }
    }

    /// `3 findings`.
    pub(crate) fn findings(self, count: u64) -> String {
        match (self, count) {
            (Lang::En, 1) => "1 finding".to_owned(),
            (Lang::En, count) => format!("{} findings", number(count)),
            (Lang::Ja, count) => format!("検出事項 {} 件", number(count)),
        }
    }

    /// How many claims are what.
    pub(crate) fn claims_are(self, [held, broken, unchecked]: [usize; 3]) -> String {
        match self {
            Lang::En => format!("Claims: {held} held, {broken} broken, {unchecked} not checked."),
            Lang::Ja => format!(
                "約束：守られている {held}、破れている {broken}、検査していない {unchecked}。"
            ),
        }
    }

    /// How many claims a yes does not speak of.
    pub(crate) fn unchecked_too(self, count: usize) -> String {
        match (self, count) {
            (Lang::En, 1) => "1 claim was not checked.".to_owned(),
            (Lang::En, count) => format!("{count} claims were not checked."),
            (Lang::Ja, count) => format!("検査していない約束が {count} 件あります。"),
        }
    }

    /// How many lines of the job are met.
    pub(crate) fn expectations_are(self, met: usize, of: usize) -> String {
        match self {
            Lang::En => format!("Expectations of the job: {met} of {of} met."),
            Lang::Ja => format!("想定 {of} 項目のうち、{met} 項目が想定内です。"),
        }
    }

    /// How many expectations are not met.
    pub(crate) fn unmet(self, count: usize) -> String {
        match (self, count) {
            (Lang::En, 1) => "1 expectation that is not met".to_owned(),
            (Lang::En, count) => format!("{count} expectations that are not met"),
            (Lang::Ja, count) => format!("想定外の項目：{count} 件"),
        }
    }

    /// How many findings of a grade.
    pub(crate) fn graded(self, grade: Grade, count: u64) -> String {
        let text = number(count);
        let findings = if count == 1 { "finding" } else { "findings" };
        match (self, grade, count) {
            (Lang::En, Grade::Certain, 1) => format!("{text} finding that breaks a claim"),
            (Lang::En, Grade::Certain, _) => format!("{text} findings that break a claim"),
            (Lang::En, Grade::Review, _) => format!("{text} {findings} for a person to judge"),
            (Lang::Ja, Grade::Certain, _) => format!("約束を破る検出事項：{text} 件"),
            (Lang::Ja, Grade::Review, _) => format!("要確認の検出事項：{text} 件"),
        }
    }

    /// Rows in tables.
    pub(crate) fn rows_of_tables(self, what: P, rows: u64, tables: usize) -> String {
        let (what, rows_text) = (self.say(what), number(rows));
        match self {
            Lang::En => {
                let row = if rows == 1 { "row" } else { "rows" };
                let table = if tables == 1 { "table" } else { "tables" };
                format!("{rows_text} {row} of {tables} {table}: {what}")
            }
            Lang::Ja => format!("{what}：{tables} 表、{rows_text} 行"),
        }
    }

    /// How many notes there are of other kinds.
    pub(crate) fn notes(self, count: usize) -> String {
        match (self, count) {
            (Lang::En, 1) => "1 other thing to read".to_owned(),
            (Lang::En, count) => format!("{count} other things to read"),
            (Lang::Ja, count) => format!("そのほか：{count} 件"),
        }
    }

    /// How many columns have no basis.
    pub(crate) fn baseless(self, count: usize) -> String {
        match (self, count) {
            (Lang::En, 1) => "1 column whose class rests on no basis".to_owned(),
            (Lang::En, count) => format!("{count} columns whose class rests on no basis"),
            (Lang::Ja, count) => format!("根拠の記載がない列：{count} 列"),
        }
    }

    /// Where a list ends before its end.
    pub(crate) fn more(self, count: usize) -> String {
        let count = number(u64::try_from(count).unwrap_or(u64::MAX));
        match self {
            Lang::En => format!("and {count} more, in `custody/evidence/report.json`"),
            Lang::Ja => format!("ほか {count} 件は `custody/evidence/report.json` にあります"),
        }
    }

    /// The same of a plan.
    pub(crate) fn more_of_plan(self, count: usize) -> String {
        let count = number(u64::try_from(count).unwrap_or(u64::MAX));
        match self {
            Lang::En => format!("and {count} more, in `plan.json`"),
            Lang::Ja => format!("ほか {count} 件は `plan.json` にあります"),
        }
    }

    /// What there is so many of.
    pub(crate) fn counted(self, what: &str, count: u64) -> String {
        match self {
            Lang::En => format!("{what}: {}", number(count)),
            Lang::Ja => format!("{what}：{}", number(count)),
        }
    }

    /// More columns of a catalogue than are shown.
    pub(crate) fn more_of_catalogue(self, count: usize) -> String {
        let count = number(u64::try_from(count).unwrap_or(u64::MAX));
        match self {
            Lang::En => format!("and {count} tables more: `bunri check --explain` prints all"),
            Lang::Ja => format!("ほか {count} 表は `bunri check --explain` で表示できます"),
        }
    }

    /// `retail: own 12, other 3`.
    pub(crate) fn bar(self, place: &str, parts: &[(&'static str, u64)]) -> String {
        let part = |(word, rows): &(&str, u64)| format!("{word} {}", number(*rows));
        let parts: Vec<String> = parts.iter().map(part).collect();
        let parts = if parts.is_empty() {
            "0".to_owned()
        } else {
            self.list(&parts)
        };
        match self {
            Lang::En => format!("{place}: {parts}"),
            Lang::Ja => format!("{place}：{parts}"),
        }
    }

    /// One cause, and how many rows.
    pub(crate) fn cause(self, cause: &str, rows: &str) -> String {
        match self {
            Lang::En => format!("{rows} {cause}"),
            Lang::Ja => format!("{cause} {rows}"),
        }
    }

    /// What a claim was held against.
    pub(crate) fn looked_at(self, checked: &bunri_report::Checked) -> String {
        let bunri_report::Checked {
            files,
            tables,
            rows,
            cells,
        } = *checked;
        let counts = match self {
            Lang::En => [
                (files, "files"),
                (tables, "tables"),
                (rows, "rows"),
                (cells, "cells"),
            ],
            Lang::Ja => [
                (files, "ファイル"),
                (tables, "表"),
                (rows, "行"),
                (cells, "セル"),
            ],
        };
        let counts = counts.into_iter().filter(|(count, _)| *count > 0);
        let counts: Vec<String> = counts
            .map(|(count, what)| format!("{} {what}", number(count)))
            .collect();
        if counts.is_empty() {
            self.say(P::NotTold).to_owned()
        } else {
            self.list(&counts)
        }
    }

    /// Processor time.
    pub(crate) fn seconds(self, work: std::time::Duration) -> String {
        let tenths = work.as_millis() / 100;
        let seconds = format!("{}.{}", tenths / 10, tenths % 10);
        match self {
            Lang::En => format!("{seconds} s"),
            Lang::Ja => format!("{seconds} 秒"),
        }
    }

    /// The size of a database.
    pub(crate) fn bytes(self, kind: &str, bytes: u64) -> String {
        let (kind, bytes) = (Name(kind).visible(), number(bytes));
        match self {
            Lang::En => format!("{kind}, {bytes} bytes"),
            Lang::Ja => format!("{kind}、{bytes} バイト"),
        }
    }

    /// What a run of `bunri prove` did.
    pub(crate) fn pairs(self, pairs: u64, seed: u64, sample: Option<u64>) -> String {
        let pairs = number(pairs);
        match (self, sample) {
            (Lang::En, None) => format!("{pairs} pairs, seed {seed}, all of staging"),
            (Lang::En, Some(points)) => format!(
                "{pairs} pairs, seed {seed}, on a sample of {} supply points",
                number(points)
            ),
            (Lang::Ja, None) => format!("{pairs} 組、シード {seed}、ステージング全体"),
            (Lang::Ja, Some(points)) => {
                format!(
                    "{pairs} 組、シード {seed}、供給地点 {} の標本",
                    number(points)
                )
            }
        }
    }

    /// The first tables of a group, and how many more there are.
    pub(crate) fn and_more(self, names: &[String], more: usize) -> String {
        let names = self.list(names);
        match (self, more) {
            (_, 0) => names,
            (Lang::En, more) => format!("{names}, and {more} more"),
            (Lang::Ja, more) => format!("{names}、ほか {more}"),
        }
    }
}
