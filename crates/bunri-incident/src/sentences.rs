//! A rule and a finding in words, in two languages. A finding is told as facts: what it is of, numbers, days, the way, the columns.

use bunri_page::Lang;
use bunri_security::Rule;
use bunri_security::outcome::{Exposed, Finding, Step};

/// What a name, a number or a day of a finding is. What stands here is translated; what an outcome of another version has beside it is
/// shown by the outcome's own word.
const WORDS: [(&str, &str, &str); 37] = [
    ("account", "account", "ID"),
    ("accounts", "accounts", "ID数"),
    ("action", "action", "操作"),
    (
        "beyond",
        "unlimited or beyond what was declared",
        "無制限または宣言の範囲外",
    ),
    ("column", "column", "項目"),
    ("columns", "columns", "項目数"),
    ("companies", "companies", "会社"),
    ("company", "company", "会社"),
    ("days", "days", "日数"),
    ("declaration", "emergency", "宣言"),
    ("declared_from", "declared from", "宣言の開始"),
    ("declared_until", "declared until", "宣言の終了"),
    ("field", "item", "項目番号"),
    ("first", "first", "最初"),
    ("from", "from", "開始"),
    ("grant", "right", "権限"),
    ("keys", "keys", "キー操作"),
    ("last", "last", "最後"),
    ("lines", "lines", "行数"),
    ("logins", "sign-ins", "ログイン数"),
    ("named_in", "named in", "記載箇所"),
    ("now_at", "its owner is now at", "所有者の現所属"),
    ("password_set", "password of", "パスワード設定日"),
    ("points", "points", "地点数"),
    ("reads", "reads", "照会数"),
    ("reviewed", "last review", "最終見直し"),
    ("role", "role", "役割"),
    ("roles", "roles", "役割数"),
    ("room", "room", "部屋"),
    ("room_company", "room of", "部屋の会社"),
    ("rows", "rows", "件数"),
    ("screen", "screen", "画面"),
    ("screens", "screens", "画面"),
    ("side", "seen by", "閲覧者"),
    ("terminal", "terminal", "端末"),
    ("terminal_company", "terminal of", "端末の会社"),
    ("transferred", "left on", "異動日"),
];

/// Words that stand in the place of names.
const SIDES: [(&str, &str); 4] = [
    ("operator", "送配電事業者"),
    ("retail", "みなし小売"),
    ("affiliate", "特定関係事業者"),
    ("contractor", "委託先"),
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
    let name = |key: &str, name: &str| match (lang, key) {
        (Lang::Ja, "side") => {
            let side = SIDES.iter().find(|(side, _)| *side == name);
            side.map_or(name, |(_, ja)| ja).to_owned()
        }
        _ => name.to_owned(),
    };
    let of = finding
        .of
        .iter()
        .map(|(key, value)| format!("{} {}", word(key), name(key, value)));
    let figures = finding
        .figures
        .iter()
        .map(|(key, number)| format!("{} {}", word(key), grouped(*number)));
    let days = finding
        .days
        .iter()
        .map(|(key, day)| format!("{} {day}", word(key)));
    let parts: Vec<String> = of.chain(figures).chain(days).collect();
    match lang {
        Lang::En => parts.join(", "),
        Lang::Ja => parts.join("、"),
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

/// Digits in groups of three.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stand_in_order_once() {
        assert!(WORDS.is_sorted_by(|one, next| one.0 < next.0));
    }
}
