//! The language of a page, and the few things that both languages write alike.

/// In which language a page speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lang {
    /// English.
    En,
    /// Japanese.
    Ja,
}

impl Lang {
    /// Both.
    pub const ALL: [Lang; 2] = [Lang::En, Lang::Ja];

    /// The word of `--lang` and of the page's `lang` attribute.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Lang::En => "en",
            Lang::Ja => "ja",
        }
    }

    /// The page's file name in `evidence/`.
    #[must_use]
    pub fn file(self) -> &'static str {
        match self {
            Lang::En => "report.html",
            Lang::Ja => "report.ja.html",
        }
    }

    /// Its name in itself.
    #[must_use]
    pub(crate) fn name(self) -> &'static str {
        match self {
            Lang::En => "English",
            Lang::Ja => "日本語",
        }
    }

    /// The other one.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Lang::En => Lang::Ja,
            Lang::Ja => Lang::En,
        }
    }

    /// Names one after the other.
    pub(crate) fn list(self, names: &[String]) -> String {
        match self {
            Lang::En => names.join(", "),
            Lang::Ja => names.join("、"),
        }
    }
}

/// `1,234,567`: in groups of three, as both languages write it.
#[must_use]
pub fn number(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `12.3 %`, rounded down; few of many are not none.
pub(crate) fn percent(rows: u64, of: u64) -> String {
    if of == 0 {
        return "–".to_owned();
    }
    let tenths = u128::from(rows) * 1000 / u128::from(of);
    if tenths == 0 && rows > 0 {
        return "< 0.1 %".to_owned();
    }
    format!("{}.{} %", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_and_few_of_many_are_not_none() {
        let written = [0, 12, 999, 1_000, 1_234_567].map(number);
        assert_eq!(written, ["0", "12", "999", "1,000", "1,234,567"]);
        assert_eq!(number(u64::MAX), "18,446,744,073,709,551,615");
        let shares = [(0, 0), (0, 5), (1, 100_000), (1, 8), (u64::MAX, u64::MAX)];
        let shares = shares.map(|(rows, of)| percent(rows, of));
        assert_eq!(shares, ["–", "0.0 %", "< 0.1 %", "12.5 %", "100.0 %"]);
    }
}
