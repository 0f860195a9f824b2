//! A rule and a finding in words, in two languages. A finding is told as facts: what it is of, numbers, days, the way, the columns.

use bunri_page::{Lang, number};
use bunri_security::Rule;
use bunri_security::outcome::{Check, Exposed, Finding, Step};

/// What a name, a number or a day of a finding is, in the order in which they are told. What stands here is translated; what an outcome of another version has beside it is
/// shown by the outcome's own word.
const WORDS: [(&str, &str, &str); 43] = [
    ("account", "account", "ID"),
    ("role", "role", "役割"),
    ("screen", "screen", "画面"),
    ("screens", "screens", "画面"),
    ("field", "item", "項目番号"),
    ("column", "column", "項目"),
    ("columns", "columns", "項目数"),
    ("side", "seen by", "閲覧者"),
    ("grant", "right", "権限"),
    ("declaration", "emergency", "宣言"),
    ("terminal", "terminal", "端末"),
    ("terminal_company", "terminal of", "端末の会社"),
    ("room", "room", "部屋"),
    ("room_company", "room of", "部屋の会社"),
    ("company", "company", "会社"),
    ("companies", "companies", "会社"),
    ("now_at", "its owner is now at", "所有者の現所属"),
    (
        "beyond",
        "unlimited or beyond what was declared",
        "無制限または宣言の範囲外",
    ),
    ("named_in", "named in", "記載箇所"),
    ("action", "action", "操作"),
    ("accounts", "accounts", "ID数"),
    ("roles", "roles", "役割数"),
    ("keys", "keys", "キー操作"),
    ("reason", "because of", "理由"),
    ("lines", "lines", "行数"),
    ("missing", "missing numbers", "欠番数"),
    ("logins", "sign-ins", "ログイン数"),
    ("points", "points", "地点数"),
    ("reads", "reads", "照会数"),
    ("rows", "rows", "件数"),
    ("days", "days", "日数"),
    ("seconds", "seconds", "秒数"),
    ("most_a_day", "most on one day", "1日の最多"),
    ("transferred", "left on", "異動日"),
    ("password_set", "password of", "パスワード設定日"),
    ("from", "from", "開始"),
    ("until", "until", "終了"),
    ("declared_from", "declared from", "宣言の開始"),
    ("declared_until", "declared until", "宣言の終了"),
    ("reviewed", "last review", "最終見直し"),
    ("first", "first", "最初"),
    ("last", "last", "最後"),
    ("where", "at", "場所"),
];

/// Of these the name is a word of the program's own.
const TRANSLATED: [&str; 3] = ["beyond", "named_in", "side"];

/// Such words in Japanese.
const NAMES: [(&str, &str); 10] = [
    ("operator", "送配電事業者"),
    ("retail", "みなし小売"),
    ("affiliate", "特定関係事業者"),
    ("contractor", "委託先"),
    ("screens", "画面"),
    ("columns", "項目"),
    ("area", "地域"),
    ("grants", "権限台帳"),
    ("logins", "ログイン記録"),
    ("terminals", "端末台帳"),
];

/// What a rule is about.
#[must_use]
pub fn rule_text(rule: &str, lang: Lang) -> String {
    let title = Rule::named(rule).map(|rule| match lang {
        Lang::En => rule.title[0],
        Lang::Ja => rule.title[1],
    });
    title.map_or_else(|| rule.to_owned(), str::to_owned)
}

/// What a finding is of, and its numbers and days.
#[must_use]
pub fn found(finding: &Finding, lang: Lang) -> String {
    let word = |key: &str| -> String {
        let known = WORDS.iter().find(|(known, ..)| *known == key);
        known.map_or_else(
            || key.replace('_', " "),
            |(_, en, ja)| match lang {
                Lang::En => (*en).to_owned(),
                Lang::Ja => (*ja).to_owned(),
            },
        )
    };
    let name = |key: &str, name: &str| match lang {
        Lang::Ja if TRANSLATED.contains(&key) => {
            let words = name.split(", ").map(|word| {
                let known = NAMES.iter().find(|(known, _)| *known == word);
                known.map_or(word, |(_, ja)| ja)
            });
            words.collect::<Vec<_>>().join("・")
        }
        Lang::En | Lang::Ja => name.to_owned(),
    };
    let of = finding.of.iter();
    let of = of.map(|(key, value)| (key, format!("{} {}", word(key), name(key, value))));
    let figures = finding.figures.iter();
    let figures = figures.map(|(key, count)| (key, format!("{} {}", word(key), number(*count))));
    let days = finding.days.iter();
    let days = days.map(|(key, day)| (key, format!("{} {day}", word(key))));
    let mut parts: Vec<(&String, String)> = of.chain(figures).chain(days).collect();
    let place = |key: &str| {
        let known = WORDS.iter().position(|(known, ..)| *known == key);
        known.unwrap_or(WORDS.len())
    };
    parts.sort_by_key(|(key, _)| place(key));
    let parts: Vec<String> = parts.into_iter().map(|(_, part)| part).collect();
    match lang {
        Lang::En => parts.join(", "),
        Lang::Ja => parts.join("、"),
    }
}

/// On what a rule rests.
pub(crate) fn basis_text(check: &Check, lang: Lang) -> String {
    let own = Rule::named(&check.rule).is_some_and(|rule| rule.basis == check.basis);
    match lang {
        Lang::Ja if own && check.basis.starts_with("deck") => {
            format!("監視等委員会資料 類型{}", check.incident)
        }
        Lang::Ja if own => check.basis.split(':').next().unwrap_or_default().to_owned(),
        Lang::En | Lang::Ja => check.basis.clone(),
    }
}

/// Why a rule was not checked. In Japanese what the program says itself is translated; what it does not know stays as it is.
pub(crate) fn reason_text(reason: &str, lang: Lang) -> String {
    if lang == Lang::En {
        return reason.to_owned();
    }
    let names: Vec<&str> = reason.split('`').skip(1).step_by(2).collect();
    let count: String = reason.chars().filter(char::is_ascii_digit).collect();
    let begins = |text: &str| reason.starts_with(text);
    match names.as_slice() {
        [] if begins("the incident file leaves it out") => "設定により対象外".to_owned(),
        [] if reason.contains("[[when]]") => {
            format!(
                "行の値で区分が厳しくなる項目が{count}件あり、画面がどの行を表示するかは画面定義書に記載がない"
            )
        }
        [] if reason.contains("does not say of") => {
            format!("画面定義書に参照先の記載がない項目が{count}件ある")
        }
        [] if reason.contains("several people") => {
            format!("{count}件のIDについて共用か否かの記載がない")
        }
        [table] if begins("the incident file names no") => format!("表 {table} が設定にない"),
        [field, table] if begins("the incident file names no") => {
            format!("表 {table} の項目 {field} が設定にない")
        }
        [name] if begins("the incident file says no") => {
            format!("しきい値 {name} が設定になく、一律には決められない")
        }
        [fields @ .., table] if begins("the incident file names no") => {
            format!("表 {table} の項目 {} が設定にない", fields.join("・"))
        }
        _ => reason.to_owned(),
    }
}

/// The way through the screens: `S03 –PF9→ S01`.
pub(crate) fn way(path: &[Step]) -> Option<String> {
    let first = path.first()?;
    let steps = path
        .iter()
        .map(|step| format!(" –{}→ {}", step.key, step.to));
    Some(first.screen.clone() + &steps.collect::<String>())
}

/// The way and the columns of a finding, a line each.
#[must_use]
pub fn details(finding: &Finding, lang: Lang) -> Vec<String> {
    let exposed = finding
        .exposed
        .iter()
        .map(|exposed| exposure_text(exposed, lang));
    way(&finding.path).into_iter().chain(exposed).collect()
}

/// A column with its class and whose points it is shown of.
pub(crate) fn exposure_text(exposed: &Exposed, lang: Lang) -> String {
    let Exposed {
        column,
        class,
        of_own,
        of_others,
    } = exposed;
    let whose = match (lang, of_own, of_others) {
        (Lang::En, true, true) => "of own and of other customers' points",
        (Lang::En, true, false) => "of own customers' points",
        (Lang::En, false, _) => "of other customers' points",
        (Lang::Ja, true, true) => "自社及び他社の需要家",
        (Lang::Ja, true, false) => "自社の需要家",
        (Lang::Ja, false, _) => "他社の需要家",
    };
    let class = match lang {
        Lang::En => class.clone(),
        Lang::Ja => class.replace(" or ", "・"),
    };
    format!("{column} ({class}): {whose}")
}

/// A threshold in words.
pub(crate) fn threshold_text(name: &str, at: u64, lang: Lang) -> String {
    let known = WORDS.iter().find(|(known, ..)| *known == name);
    match (lang, known) {
        (Lang::Ja, Some((_, _, ja))) => format!("{ja} {}", number(at)),
        (Lang::En, _) | (Lang::Ja, None) => format!("{} {}", name.replace('_', " "), number(at)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_is_told_in_one_order_in_both_languages() {
        let finding = Finding::new("field_unmasked")
            .figure("roles", 1_234)
            .of("screen", "S04")
            .of("side", "retail")
            .of("unheard_of", "x");
        let told = "screen S04, seen by retail, roles 1,234, unheard of x";
        assert_eq!(found(&finding, Lang::En), told);
        let told = "画面 S04、閲覧者 みなし小売、役割数 1,234、unheard of x";
        assert_eq!(found(&finding, Lang::Ja), told);
    }
}
