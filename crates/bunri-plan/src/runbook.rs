//! The runbook of a rehearsal and of the cutover: commands, digests that must be seen, lines at which one goes on or stops, the
//! way back, and who signs. In English and in Japanese, of one list of facts.

use bunri_report::{Plan, Remedy};

use crate::page::{Markdown, escaped};

/// In which language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// English.
    English,
    /// 日本語.
    Japanese,
}

/// What a runbook says beside the plan.
#[derive(Debug, Clone, Copy)]
pub struct RunbookFacts<'a> {
    /// The job file, as it was typed.
    pub job: &'a str,
    /// The custody folder.
    pub custody: &'a str,
    /// The retail store.
    pub retail: &'a str,
    /// Whether the job says what a good run is.
    pub expects: bool,
}

/// The runbook of a plan.
#[must_use]
pub fn runbook(plan: &Plan, facts: RunbookFacts<'_>, language: Language) -> String {
    let mut page = Markdown::default();
    let digests = digests(plan, language);
    match language {
        Language::English => english(plan, facts, &digests, &mut page),
        Language::Japanese => japanese(plan, facts, &digests, &mut page),
    }
    page.0
}

/// What must be seen, line by line.
fn digests(plan: &Plan, language: Language) -> Vec<String> {
    let known = [
        (
            "catalogue",
            "カタログ（項目区分）",
            Some(plan.catalogue.blake3.clone()),
        ),
        (
            "source",
            "移行元データベース",
            plan.source.as_ref().map(|it| it.blake3.to_string()),
        ),
        (
            "manifest of staging",
            "ステージングのマニフェスト",
            plan.staging_manifest.as_ref().map(ToString::to_string),
        ),
        (
            "decisions",
            "人による判定ファイル",
            plan.decisions.as_ref().map(ToString::to_string),
        ),
    ];
    let line = |(english, japanese, digest): (&str, &str, Option<String>)| {
        let (name, none) = match language {
            Language::English => (english, "none"),
            Language::Japanese => (japanese, "なし"),
        };
        let digest = digest.map_or(none.to_owned(), |digest| format!("`{digest}`"));
        format!("| {name} | {digest} |")
    };
    known.into_iter().map(line).collect()
}

fn waits(plan: &Plan, remedy: Remedy) -> u64 {
    let groups = plan.waiting.iter().filter(|group| group.remedy == remedy);
    groups.fold(0, |sum, group| sum.saturating_add(group.rows))
}

fn english(plan: &Plan, facts: RunbookFacts<'_>, digests: &[String], page: &mut Markdown) {
    let RunbookFacts {
        job,
        custody,
        retail,
        expects,
    } = facts;
    let (label, cutover) = (escaped(&plan.label), &plan.cutover);
    page.line(format!("# Runbook: {label}, cutover {cutover}\n"));
    page.line("Made by `bunri plan`. Fill in times and names by hand; make it again when an input changes.\n");
    page.line("## Digests that must be seen\n\n| input | BLAKE3 |\n|---|---|");
    digests.iter().for_each(|line| page.line(line));
    page.line("\nThe source of the cutover is a later dump: its digest is taken on the night, and so is that of staging.");
    page.line("\n## Rehearsal\n");
    page.line(format!(
        "1. `bunri check {job}` ends with 0 and prints the digest of the catalogue above."
    ));
    page.line(format!("2. `bunri run {job}`: extract, split, verify in a row. Stopped or killed, the same command goes on."));
    page.line(format!("3. `bunri quarantine {job} --draft FILE`: people fill in the file; `--try FILE` before anybody signs."));
    page.line(format!(
        "4. `bunri prove {job}`: evidence that nothing withheld reaches the retail bytes."
    ));
    page.line("5. When all of it is as it should be: write the `[expect]` that the run printed into the job, with the notes that people accepted.");
    page.line("\n## Before the cutover (all must be yes)\n");
    page.line(format!(
        "* [ ] columns without a basis: {} (must be 0)",
        plan.without_basis.len()
    ));
    page.line(format!(
        "* [ ] rows that a person still has to decide: {} (accepted, or decided)",
        waits(plan, Remedy::Decision)
    ));
    page.line(format!(
        "* [ ] rows that hold text of both companies: {}",
        waits(plan, Remedy::Reading)
    ));
    let dangling: u64 = plan
        .references
        .iter()
        .map(crate::plan::missed)
        .fold(0, u64::saturating_add);
    page.line(format!(
        "* [ ] references that find nothing in a company's store: {dangling}, each cause accepted"
    ));
    let unknown = plan
        .queries
        .iter()
        .filter(|it| !it.unknown.is_empty())
        .count();
    page.line(format!(
        "* [ ] queries of the legacy system that nobody understood: {unknown}"
    ));
    page.line(format!(
        "* [ ] the job says what a good run is (`[expect]`): {}",
        if expects { "yes" } else { "NO, write it first" }
    ));
    page.line("* [ ] the job is of `kind = \"cutover\"`, and pins catalogue and decisions by the digests above");
    page.line("* [ ] the folders of the run are new and empty, and the disk holds the bytes that the plan names twice over");
    page.line("\n## The night\n");
    page.line("| # | who | command | go on if | stop if |\n|---|---|---|---|---|");
    page.line("| 1 | legacy operator | stop writing, take the dump | its digest is noted | the dump is older than the stop |");
    page.line(format!(
        "| 2 | migration | `bunri check {job}` | exit 0 | any other: nothing was written |"
    ));
    page.line(format!("| 3 | migration | `bunri run {job}` | exit 0: as the job expects | 10: a claim is broken, do not hand over · 7: outside of what the job expects, people decide · 5, 6, 8: mend or wait, the same command goes on · 3, 4: the input is not the one that was rehearsed |"));
    page.line("| 4 | QA | reads `evidence/report.json`; compares the digests with those above | claims C1 to C6 held | anything else |");
    page.line("| 5 | both companies | sign | both signatures | one is missing |");
    page.line(format!("| 6 | migration | hand over `{}` and nothing else | `sha256sum --check SHA256SUMS` at the receiver | a sum differs |", escaped(retail)));
    page.line("\n## The way back\n");
    page.line(format!("Until step 6 nothing has left: the legacy system was only read. Keep `{}` (evidence), remove the retail folder, start the legacy system again. After step 6: the receiver destroys its copy and confirms it in writing; the store's manifest says which it was.", escaped(custody)));
    page.line("\n## Signatures\n\n| role | name | time | signature |\n|---|---|---|---|");
    for role in ["migration", "QA", "transmission operator", "retailer"] {
        page.line(format!("| {role} | | | |"));
    }
}

fn japanese(plan: &Plan, facts: RunbookFacts<'_>, digests: &[String], page: &mut Markdown) {
    let RunbookFacts {
        job,
        custody,
        retail,
        expects,
    } = facts;
    let (label, cutover) = (escaped(&plan.label), &plan.cutover);
    page.line(format!("# 移行手順書：{label}（切替日 {cutover}）\n"));
    page.line("`bunri plan` が作成したものです。時刻と氏名は手で記入し、入力が変わったら作り直してください。\n");
    page.line("## 照合するダイジェスト\n\n| 入力 | BLAKE3 |\n|---|---|");
    digests.iter().for_each(|line| page.line(line));
    page.line("\n本番の移行元は当夜に取得するダンプです。移行元とステージングのダイジェストは当夜に控えます。");
    page.line("\n## リハーサル\n");
    page.line(format!(
        "1. `bunri check {job}` が終了コード 0 で終わり、上のカタログのダイジェストを表示すること。"
    ));
    page.line(format!("2. `bunri run {job}`：抽出・振分け・検証を続けて実行する。中断しても、同じコマンドで続きから再開できる。"));
    page.line(format!("3. `bunri quarantine {job} --draft ファイル`：隔離された行の判定案を書き出し、担当者が記入する。承認の前に `--try ファイル` で影響を確かめる。"));
    page.line(format!(
        "4. `bunri prove {job}`：渡さない情報が小売ストアのバイトに影響しないことの裏付けを取る。"
    ));
    page.line("5. 結果に問題がなければ、画面に出た `[expect]` を、確認済みの事項とともにジョブへ書き込む。");
    page.line("\n## 本番前の確認（すべて「はい」であること）\n");
    page.line(format!(
        "* [ ] 根拠（basis）のない項目：{} 件（0 件であること）",
        plan.without_basis.len()
    ));
    page.line(format!(
        "* [ ] 人の判定を待つ行：{} 行（判定済み、または隔離のままでよいと承認済み）",
        waits(plan, Remedy::Decision)
    ));
    page.line(format!(
        "* [ ] 両社の文が混じる欄（要判断）を持つ行：{} 行",
        waits(plan, Remedy::Reading)
    ));
    let dangling: u64 = plan
        .references
        .iter()
        .map(crate::plan::missed)
        .fold(0, u64::saturating_add);
    page.line(format!(
        "* [ ] 両社のストアで参照先が見つからない行：{dangling} 行（原因ごとに承認済み）"
    ));
    let unknown = plan
        .queries
        .iter()
        .filter(|it| !it.unknown.is_empty())
        .count();
    page.line(format!(
        "* [ ] 内容を読み取れなかった旧システムの SQL：{unknown} 件"
    ));
    page.line(format!(
        "* [ ] 期待値（`[expect]`）がジョブにある：{}",
        if expects {
            "はい"
        } else {
            "いいえ（先に書くこと）"
        }
    ));
    page.line("* [ ] ジョブが `kind = \"cutover\"` で、カタログと判定ファイルを上のダイジェストで固定している");
    page.line("* [ ] 出力先のフォルダが新しく空であり、計画書にある容量の 2 倍の空きがある");
    page.line("\n## 当夜の手順\n");
    page.line("| # | 担当 | 作業 | 続行の条件 | 中止の条件 |\n|---|---|---|---|---|");
    page.line("| 1 | 旧システム運用 | 書き込みを止め、ダンプを取得する | ダイジェストを控えた | ダンプが停止より前のもの |");
    page.line(format!(
        "| 2 | 移行 | `bunri check {job}` | 終了コード 0 | 0 以外（まだ何も書かれていない） |"
    ));
    page.line(format!("| 3 | 移行 | `bunri run {job}` | 終了コード 0（期待どおり） | 10：約束が破れている。引き渡してはならない · 7：期待から外れた。責任者が判断する · 5・6・8：原因を除くか待って、同じコマンドで再開 · 3・4：リハーサルと入力が違う |"));
    page.line("| 4 | 品質保証 | `evidence/report.json` を読み、ダイジェストを照合する | C1〜C6 の約束がすべて守られている（held） | それ以外 |");
    page.line("| 5 | 両社 | 署名する | 両社の署名がそろった | 片方でも欠けている |");
    page.line(format!("| 6 | 移行 | `{}` だけを引き渡す | 受領側で `sha256sum --check SHA256SUMS` が一致 | 一つでも不一致 |", escaped(retail)));
    page.line("\n## 切り戻し\n");
    page.line(format!("手順 6 までは何も外に出ていません。旧システムは読み取られただけです。`{}`（証跡）を残し、小売ストアのフォルダを削除して、旧システムを再開します。手順 6 の後は、受領側が写しを廃棄し、書面で報告します。どのストアであったかはマニフェストで特定できます。", escaped(custody)));
    page.line("\n## 署名\n\n| 役割 | 氏名 | 時刻 | 署名 |\n|---|---|---|---|");
    for role in [
        "移行責任者",
        "品質保証責任者",
        "一般送配電事業者",
        "小売電気事業者",
    ] {
        page.line(format!("| {role} | | | |"));
    }
}
