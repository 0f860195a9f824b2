//! What a name says: the dictionaries under `schemas/names`, in English, kanji, kana and romaji, and how a name is held
//! against them. A name proves nothing; whoever uses it says that it was the name.

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization as _;

const COLUMNS: &str = include_str!("../../../schemas/names/columns.toml");
const TABLES: &str = include_str!("../../../schemas/names/tables.toml");

/// Romaji that are shorter match whole words only.
const SHORT: usize = 6;

/// What a column may be.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ItemName {
    /// The regulator's word, or ours.
    pub term: String,
    /// Never looser than the strictest one that it has on some row.
    pub class: SuggestedClass,
    /// In the catalogue's word.
    pub category: Option<String>,
    /// What it is for in its table.
    pub role: Option<Role>,
    /// Where in a name the spellings say something.
    #[serde(default)]
    place: Place,
    /// Only where something speaks of persons.
    #[serde(default)]
    pub of_persons: bool,
    /// Every program has it: it says nothing of whose it is.
    #[serde(default)]
    pub general: bool,
    #[serde(default)]
    english: Vec<String>,
    #[serde(default)]
    japanese: Vec<String>,
    #[serde(default)]
    kana: Vec<String>,
    #[serde(default)]
    romaji: Vec<String>,
}

/// Where in a name a spelling has to stand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Place {
    #[default]
    Anywhere,
    End,
    Whole,
}

/// The catalogue's classes, strictest last where names leave several open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SuggestedClass {
    /// A public list.
    Reference,
    /// Any retailer may see it, one point at a time.
    AnyRetailer,
    /// A retailer sees it of its own customers.
    OwnCustomer,
    /// The retailer's own business.
    RetailOnly,
    /// Never leaves the operator.
    TransmissionOnly,
    /// Nobody gets it.
    Discard,
    /// Nothing is known: a person reads it first.
    Hold,
}

impl SuggestedClass {
    /// The catalogue's word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Reference => "reference",
            Self::AnyRetailer => "any_retailer",
            Self::OwnCustomer => "own_customer",
            Self::RetailOnly => "retail_only",
            Self::TransmissionOnly => "transmission_only",
            Self::Discard => "discard",
            Self::Hold => "hold",
        }
    }
}

/// What a column is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The point.
    SupplyPoint,
    /// The supplier.
    Retailer,
    /// The first day of a period.
    From,
    /// The end of a period.
    Until,
    /// The day on which something was measured or done.
    Day,
    /// When the row was written last.
    UpdatedAt,
    /// When the row was written first.
    CreatedAt,
}

/// What a table's rows may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TableKind {
    /// The retailer's own business.
    Retail,
    /// Accounts, terminals, logs.
    Security,
    /// A public list.
    Code,
    /// Sums over customers.
    Total,
    /// Never leaves the operator.
    Operator,
    /// Who supplied whom from when to when.
    Ledger,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TableName {
    kind: TableKind,
    #[serde(default)]
    english: Vec<String>,
    #[serde(default)]
    japanese: Vec<String>,
    #[serde(default)]
    kana: Vec<String>,
    #[serde(default)]
    romaji: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ColumnFile {
    persons: PersonNames,
    item: Vec<ItemName>,
}

/// Words by which a name speaks of persons.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PersonNames {
    english: Vec<String>,
    japanese: Vec<String>,
    kana: Vec<String>,
    romaji: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TableFile {
    table: Vec<TableName>,
}

/// What the name of a column says.
#[derive(Debug, Default)]
pub struct Meaning<'a> {
    /// The entry that explains most of it.
    pub item: Option<&'a ItemName>,
    /// What it may be for, whichever entry it is.
    pub roles: Vec<Role>,
}

/// The dictionaries, ready to be asked.
#[derive(Debug)]
pub struct Names {
    items: Vec<(ItemName, Words)>,
    tables: Vec<(TableKind, Words)>,
    persons: Words,
}

/// The dictionaries cannot be read: a mistake of this version, and no source's.
#[derive(Debug, thiserror::Error)]
#[error("the name dictionaries of this version cannot be read; this is a bug in bunri: {0}")]
pub struct NamesError(#[from] toml::de::Error);

/// The spellings of one entry, each with how much of a name it explains.
#[derive(Debug)]
struct Words {
    english: Vec<Vec<String>>,
    romaji: Vec<String>,
    japanese: Vec<String>,
    kana: Vec<String>,
}

impl Words {
    fn of(english: &[String], japanese: &[String], kana: &[String], romaji: &[String]) -> Self {
        let split = |text: &String| text.split(' ').map(str::to_owned).collect();
        Self {
            english: english.iter().map(split).collect(),
            romaji: romaji.iter().map(|text| one_spelling(text)).collect(),
            japanese: japanese.iter().map(|text| text.nfkc().collect()).collect(),
            kana: kana.iter().map(|text| plain_kana(text)).collect(),
        }
    }

    /// Whether a spelling stands at the end of the name.
    fn end(&self, name: &Name) -> bool {
        let ends = |text: &str, written: &String| text.ends_with(written.as_str());
        self.english.iter().any(|words| name.words.ends_with(words))
            || self
                .romaji
                .iter()
                .any(|it| format!(" {}", name.romaji).ends_with(&format!(" {it}")))
            || self.japanese.iter().any(|it| ends(&name.japanese, it))
            || self.kana.iter().any(|it| ends(&name.kana, it))
    }

    /// Whether a spelling is all of the name.
    fn are(&self, name: &Name) -> bool {
        self.english.contains(&name.words)
            || self.romaji.contains(&name.romaji)
            || self.japanese.contains(&name.japanese)
            || self.kana.contains(&name.kana)
    }

    /// The letters of the longest spelling that stands in the name where it has to stand.
    fn explain_at(&self, place: Place, name: &Name) -> usize {
        let stands = match place {
            Place::Anywhere => true,
            Place::End => self.end(name),
            Place::Whole => self.are(name),
        };
        if stands { self.explain(name) } else { 0 }
    }

    /// The letters of the longest spelling that stands in the name.
    fn explain(&self, name: &Name) -> usize {
        let english = self.english.iter().filter(|words| {
            let windows = name.words.windows(words.len());
            windows.into_iter().any(|window| window == words.as_slice())
        });
        let english = english.map(|words| words.iter().map(String::len).sum());
        let romaji = self
            .romaji
            .iter()
            .filter(|written| name.holds_romaji(written))
            .map(|written| letters(written));
        let holds = |text: &str, written: &String| text.contains(written.as_str());
        // A letter of Japanese says as much as a few of ours.
        let japanese = self.japanese.iter().filter(|it| holds(&name.japanese, it));
        let japanese = japanese.map(|it| it.chars().count() * 3);
        let kana = self.kana.iter().filter(|it| holds(&name.kana, it));
        let kana = kana.map(|it| it.chars().count() * 2);
        let all = english.chain(romaji).chain(japanese).chain(kana);
        all.max().unwrap_or(0)
    }
}

fn letters(text: &str) -> usize {
    text.chars().filter(|letter| *letter != ' ').count()
}

/// A name in the forms in which it is compared.
#[derive(Debug)]
struct Name {
    /// Words of plain letters and digits, in small letters.
    words: Vec<String>,
    /// The same as romaji of one spelling, with blanks between words.
    romaji: String,
    japanese: String,
    kana: String,
}

impl Name {
    fn of(name: &str) -> Self {
        let japanese: String = name.nfkc().collect();
        let words = words(&japanese);
        let spelled: Vec<String> = words.iter().map(|word| one_spelling(word)).collect();
        Self {
            romaji: spelled.join(" "),
            words,
            kana: plain_kana(&japanese),
            japanese,
        }
    }

    /// Whole words, or a longer spelling from the head of a word on whose words may be written together.
    fn holds_romaji(&self, written: &str) -> bool {
        let whole = format!(" {} ", self.romaji).contains(&format!(" {written} "));
        if whole || letters(written) < SHORT {
            return whole;
        }
        let together = |text: &str| text.replace(' ', "");
        let (name, written) = (together(&self.romaji), together(written));
        let mut heads = Vec::new();
        let mut at = 0;
        for word in self.romaji.split(' ') {
            heads.push(at);
            at += word.len();
        }
        heads.iter().any(|head| name[*head..].starts_with(&written))
    }
}

/// Words of a name: cut at signs, and where small letters become large.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut last = '_';
    for letter in name.chars() {
        let cut = !letter.is_ascii_alphanumeric();
        let begins = letter.is_ascii_uppercase() && last.is_ascii_lowercase();
        if cut || begins {
            words.push(String::new());
        }
        if let (false, Some(word)) = (cut, words.last_mut()) {
            word.push(letter.to_ascii_lowercase());
        }
        last = letter;
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Romaji in one spelling: Hepburn, without long vowels, with n before b, m and p.
fn one_spelling(text: &str) -> String {
    const KUNREI: [(&str, &str); 20] = [
        ("sya", "sha"),
        ("syu", "shu"),
        ("syo", "sho"),
        ("tya", "cha"),
        ("tyu", "chu"),
        ("tyo", "cho"),
        ("zya", "ja"),
        ("zyu", "ju"),
        ("zyo", "jo"),
        ("jya", "ja"),
        ("jyu", "ju"),
        ("jyo", "jo"),
        ("tu", "tsu"),
        ("ti", "chi"),
        ("si", "shi"),
        ("zi", "ji"),
        ("hu", "fu"),
        ("mb", "nb"),
        ("mp", "np"),
        ("mm", "nm"),
    ];
    // In order, each once: a pair that another one makes is not changed again but where it must be.
    let mut spelled = text.to_lowercase();
    for (kunrei, hepburn) in KUNREI {
        if matches!(kunrei, "hu" | "si") {
            spelled = replace_unless_behind(&spelled, kunrei, hepburn);
        } else {
            spelled = spelled.replace(kunrei, hepburn);
        }
    }
    for (long, short) in [("ou", "o"), ("oo", "o"), ("uu", "u"), ("oh", "o")] {
        spelled = spelled.replace(long, short);
    }
    spelled
}

/// `shu` holds `hu` and means it not: only where no s or c stands before.
fn replace_unless_behind(text: &str, from: &str, to: &str) -> String {
    let mut made = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(from) {
        made.push_str(&rest[..at]);
        let behind = made.ends_with(['s', 'c']);
        made.push_str(if behind { from } else { to });
        rest = &rest[at + from.len()..];
    }
    made.push_str(rest);
    made
}

/// Katakana of full width without small letters and long marks.
fn plain_kana(text: &str) -> String {
    let plain = |letter: char| match letter {
        'ー' => None,
        'ァ' | 'ィ' | 'ゥ' | 'ェ' | 'ォ' | 'ッ' | 'ャ' | 'ュ' | 'ョ' => {
            char::from_u32(letter as u32 + 1)
        }
        'ぁ'..='ゖ' => char::from_u32(letter as u32 + 0x60).map(|katakana| match katakana {
            'ァ' | 'ィ' | 'ゥ' | 'ェ' | 'ォ' | 'ッ' | 'ャ' | 'ュ' | 'ョ' => {
                char::from_u32(katakana as u32 + 1).unwrap_or(katakana)
            }
            other => other,
        }),
        other => Some(other),
    };
    text.nfkc().filter_map(plain).collect()
}

impl Names {
    /// The shipped dictionaries.
    ///
    /// # Errors
    /// [`NamesError`]: this version's dictionaries are broken.
    pub fn shipped() -> Result<Self, NamesError> {
        let columns: ColumnFile = toml::from_str(COLUMNS)?;
        let tables: TableFile = toml::from_str(TABLES)?;
        let item = |item: ItemName| {
            let words = Words::of(&item.english, &item.japanese, &item.kana, &item.romaji);
            (item, words)
        };
        let table = |table: TableName| {
            let words = Words::of(&table.english, &table.japanese, &table.kana, &table.romaji);
            (table.kind, words)
        };
        let PersonNames {
            english,
            japanese,
            kana,
            romaji,
        } = &columns.persons;
        Ok(Self {
            persons: Words::of(english, japanese, kana, romaji),
            items: columns.item.into_iter().map(item).collect(),
            tables: tables.table.into_iter().map(table).collect(),
        })
    }

    /// What a column of this name may be: the strictest of the entries that explain most of it.
    #[must_use]
    pub fn column(&self, name: &str) -> Meaning<'_> {
        let name = Name::of(name);
        let explained = self
            .items
            .iter()
            .map(|(item, words)| (words.explain_at(item.place, &name), item));
        let explained: Vec<(usize, &ItemName)> =
            explained.filter(|(letters, _)| *letters > 0).collect();
        let most = explained.iter().map(|(letters, _)| *letters).max();
        let best = || {
            explained
                .iter()
                .filter(|(letters, _)| Some(*letters) == most)
        };
        Meaning {
            item: best().map(|(_, item)| *item).max_by_key(|item| item.class),
            // A word at the end says what a column is for, whatever stands before it: usage_from.
            roles: self
                .items
                .iter()
                .filter(|(item, words)| {
                    let letters = words.explain_at(item.place, &name);
                    letters > 0 && (Some(letters) == most || words.end(&name))
                })
                .filter_map(|(item, _)| item.role)
                .collect(),
        }
    }

    /// Whether a table or a column of this name speaks of persons.
    #[must_use]
    pub fn speaks_of_persons(&self, name: &str) -> bool {
        self.persons.explain(&Name::of(name)) > 0
    }

    /// What rows of a table of this name may be.
    #[must_use]
    pub fn table(&self, name: &str) -> Option<TableKind> {
        let name = Name::of(name);
        let explained = self
            .tables
            .iter()
            .map(|(kind, words)| (words.explain(&name), *kind));
        let best = explained.filter(|(letters, _)| *letters > 0);
        best.max_by_key(|(letters, _)| *letters)
            .map(|(_, kind)| kind)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn term(name: &str) -> Option<String> {
        let names = Names::shipped().unwrap();
        names.column(name).item.map(|item| item.term.clone())
    }

    #[test]
    fn one_item_is_known_by_its_name_in_every_script() {
        for name in [
            "supply_point_id",
            "SupplyPointId",
            "供給地点特定番号",
            "ｷﾖｳｷﾕｳﾁﾃﾝNo",
            "キョウキュウチテン番号",
            "KYOKYU_CHITEN_NO",
            "kyoukyuuchiten_no",
            "KYOKYUTITEN_NO",
        ] {
            assert_eq!(term(name).as_deref(), Some("供給地点特定番号"), "{name}");
        }
    }

    #[test]
    fn the_longest_name_counts_and_then_the_strictest_class() {
        assert_eq!(
            term("contract_power_kw").as_deref(),
            Some("契約電力・最大需要電力")
        );
        assert_eq!(
            term("current_retailer_code").as_deref(),
            Some("ほかの時点の小売電気事業者")
        );
        assert_eq!(term("keiyaku_denryu").as_deref(), Some("契約電流"));
        assert_eq!(
            term("keiyaku_denryoku").as_deref(),
            Some("契約電力・最大需要電力")
        );
        assert_eq!(term("更新者").as_deref(), Some("更新者・更新プログラム"));
        assert_eq!(term("xyzzy"), None);
        assert_eq!(term("\" DROP <b>\n"), None);
    }

    #[test]
    fn what_every_program_has_is_known_where_it_is_all_of_a_name() {
        let names = Names::shipped().unwrap();
        let general = |name: &str| names.column(name).item.is_some_and(|item| item.general);
        for name in [
            "guid",
            "account_guid",
            "Code",
            "is_active",
            "sort_order",
            "有効フラグ",
            "YUKO_FLG",
        ] {
            assert!(general(name), "{name}");
        }
        for name in [
            "uom_code",
            "contract_kind",
            "usage_unit",
            "slot_type",
            "meter_type",
        ] {
            assert!(!general(name), "{name}");
        }
        // A slot is half an hour only at the end of a name.
        assert_eq!(term("slot_type"), None);
        assert_eq!(term("read_slot").as_deref(), Some("30分コマ"));
    }

    #[test]
    fn names_speak_of_persons_by_whole_words() {
        let names = Names::shipped().unwrap();
        for name in [
            "customers",
            "OwnerName",
            "contact_name",
            "契約者名",
            "KOKYAKU",
        ] {
            assert!(names.speaks_of_persons(name), "{name}");
        }
        for name in [
            "auth_name",
            "object_table_name",
            "file_name",
            "ownership",
            "grid_name",
        ] {
            assert!(!names.speaks_of_persons(name), "{name}");
        }
    }

    #[test]
    fn every_entry_knows_its_own_names() {
        let names = Names::shipped().unwrap();
        for (item, _) in &names.items {
            let all = item
                .english
                .iter()
                .chain(&item.japanese)
                .chain(&item.romaji);
            for written in all {
                let found = names.column(&written.replace(' ', "_")).item;
                let found = found.map(|found| (found.class, &found.term));
                assert!(
                    found.is_some_and(|(class, _)| class >= item.class),
                    "{written}: {found:?}"
                );
            }
        }
    }
}
