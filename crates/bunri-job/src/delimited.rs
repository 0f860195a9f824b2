//! `[source.delimited]`: a folder of delimited text files, and how its lines are read. docs/sources.md says what each key means.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use bunri_text::{Entry, Item, Log, Name, Section, Spotted};
use toml::de::DeValue;

use crate::paths::path_of;

/// A folder of delimited files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delimited {
    /// The folder.
    pub folder: PathBuf,
    /// How its lines are read.
    pub form: LineForm,
    /// By the table's name in the source: where its files are not called after it.
    pub tables: BTreeMap<String, TableFiles>,
}

/// How lines are cut and decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineForm {
    /// What the bytes write.
    pub encoding: Encoding,
    /// Between two fields; ASCII.
    pub delimiter: u8,
    /// Around a field; ASCII.
    pub quote: Option<u8>,
    /// Whether the first line of every file names the columns.
    pub header: bool,
    /// The unquoted field that means NULL; ASCII.
    pub null: String,
}

/// What bytes write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8.
    Utf8,
    /// Windows' code page 932.
    Cp932(Cp932),
}

/// What of code page 932 is a matter of policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cp932 {
    /// User-defined characters.
    pub gaiji: Gaiji,
    /// Characters that Windows and JIS map otherwise.
    pub wave_dash: WaveDash,
}

/// What becomes of user-defined characters, F040 to F9FC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gaiji {
    /// The row is rejected.
    Reject,
    /// U+E000 to U+E757, as Windows maps them.
    PrivateUse,
}

/// Whose characters the wave dash and six others are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaveDash {
    /// U+FF5E and so on.
    AsWindows,
    /// U+301C and so on.
    AsJis,
}

/// The files of one table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableFiles {
    /// Names in the folder; `*` and `?` match.
    pub files: Vec<String>,
    /// The columns in the order of the fields, where no header names them.
    pub columns: Vec<String>,
}

impl Delimited {
    /// How the files are read, as the identity of the source begins (docs/sources.md): the same files read otherwise are another source.
    #[must_use]
    pub fn declaration(&self) -> String {
        let LineForm {
            encoding,
            delimiter,
            quote,
            header,
            null,
        } = &self.form;
        let word = |words: &[(&'static str, bool)]| {
            words
                .iter()
                .find(|(_, it)| *it)
                .map_or("", |(word, _)| word)
        };
        let encoding = match encoding {
            Encoding::Utf8 => "utf-8".to_owned(),
            Encoding::Cp932(Cp932 { gaiji, wave_dash }) => {
                let gaiji = word(&GAIJI.map(|(word, it)| (word, it == *gaiji)));
                let wave_dash = word(&WAVE_DASH.map(|(word, it)| (word, it == *wave_dash)));
                format!("cp932 {gaiji} {wave_dash}")
            }
        };
        let quote = quote.map_or("none".to_owned(), |quote| format!("{quote:02x}"));
        let mut text = format!(
            "bunri.delimited/1\nencoding {encoding}\ndelimiter {delimiter:02x}\nquote {quote}\nheader {header}\nnull {null}\n"
        );
        for (table, TableFiles { files, columns }) in &self.tables {
            text.push_str(&format!("table {table}\n"));
            text.extend(files.iter().map(|file| format!("files {file}\n")));
            text.extend(columns.iter().map(|column| format!("column {column}\n")));
        }
        text
    }
}

const ENCODINGS: [(&str, bool); 2] = [("utf-8", false), ("cp932", true)];
const GAIJI: [(&str, Gaiji); 2] = [
    ("reject", Gaiji::Reject),
    ("private-use", Gaiji::PrivateUse),
];
const WAVE_DASH: [(&str, WaveDash); 2] = [
    ("as-windows", WaveDash::AsWindows),
    ("as-jis", WaveDash::AsJis),
];

/// Reads the section; the path is relative to `base`.
pub(crate) fn delimited(
    value: &Item<'_>,
    base: &Path,
    log: &mut Log,
) -> Option<Spotted<Delimited>> {
    let mut section = Section::open(value, "`[source.delimited]`", log)?;
    let folder = path_of(&mut section, "folder", base, log);
    let is_cp932 = section
        .require("encoding")
        .and_then(|value| value.word("encoding", &ENCODINGS, log));
    let delimiter = optional(&mut section, "delimiter", b',', |value| {
        let sign = sign(value, log)?;
        if sign.is_none() {
            log.refuse(value.spot, "`delimiter` is empty");
        }
        sign
    });
    let quote = optional(&mut section, "quote", Some(b'"'), |value| sign(value, log));
    let header = optional(&mut section, "header", true, |value| truth(value, log));
    let null = optional(&mut section, "null", String::new(), |value| {
        value.text(log).map(|text| text.value)
    });
    let gaiji = section.take("gaiji");
    let wave_dash = section.take("wave_dash");
    let tables = section.take("tables");
    section.close(log);
    let is_cp932 = is_cp932?.value;
    for (of_cp932, key) in [(&gaiji, "gaiji"), (&wave_dash, "wave_dash")] {
        if let (Some(value), false) = (of_cp932, is_cp932) {
            let message = format!("`{key}` speaks of CP932, and the encoding is utf-8");
            log.refuse(value.spot, message);
            return None;
        }
    }
    let gaiji = worded(gaiji, "policy for gaiji", &GAIJI, log);
    let wave_dash = worded(wave_dash, "policy for the wave dash", &WAVE_DASH, log);
    let form = LineForm {
        encoding: match is_cp932 {
            false => Encoding::Utf8,
            true => Encoding::Cp932(Cp932 {
                gaiji: gaiji?,
                wave_dash: wave_dash?,
            }),
        },
        delimiter: delimiter?,
        quote: quote?,
        header: header?,
        null: null?,
    };
    let tables = match &tables {
        None => BTreeMap::new(),
        Some(value) => table_files(value, form.header, log)?,
    };
    refuse_clashing(&form, value, log)?;
    let folder = folder?;
    Some(Spotted {
        value: Delimited {
            folder: folder.value,
            form,
            tables,
        },
        spot: folder.spot,
    })
}

fn optional<T>(
    section: &mut Section<'_>,
    key: &'static str,
    default: T,
    read: impl FnOnce(&Item<'_>) -> Option<T>,
) -> Option<T> {
    match section.take(key) {
        None => Some(default),
        Some(value) => read(&value),
    }
}

fn worded<T: Copy>(
    value: Option<Item<'_>>,
    of: &str,
    words: &[(&'static str, T); 2],
    log: &mut Log,
) -> Option<T> {
    match value {
        None => Some(words[0].1),
        Some(value) => value.word(of, words, log).map(|word| word.value),
    }
}

fn truth(value: &Item<'_>, log: &mut Log) -> Option<bool> {
    let DeValue::Boolean(truth) = value.raw else {
        value.refuse_kind("true or false", log);
        return None;
    };
    Some(*truth)
}

/// One ASCII character; the empty text is none.
fn sign(value: &Item<'_>, log: &mut Log) -> Option<Option<u8>> {
    let text = value.text(log)?;
    match text.value.as_bytes() {
        [] => Some(None),
        // A letter, digit or sign of a number would cut values.
        [sign @ (b'\t' | b' '..=b'~')]
            if !sign.is_ascii_alphanumeric() && !b"-+.".contains(sign) =>
        {
            Some(Some(*sign))
        }
        _ => {
            let label = value.label();
            let message = format!(
                "{label} must be one ASCII character that is no letter, no digit and no sign of a number, such as \",\", \
                 \"\\t\" or \"|\""
            );
            log.refuse(text.spot, message);
            None
        }
    }
}

fn table_files(
    value: &Item<'_>,
    header: bool,
    log: &mut Log,
) -> Option<BTreeMap<String, TableFiles>> {
    let entries = Section::open(value, "`[source.delimited.tables]`", log)?.take_all();
    let mut tables = BTreeMap::new();
    for entry in &entries {
        if !plain(entry.key) {
            log.refuse(entry.spot, "the name of a table holds a control character");
            return None;
        }
        if let Some(files) = files_of(entry, header, log) {
            tables.insert(entry.key.to_owned(), files);
        }
    }
    (tables.len() == entries.len()).then_some(tables)
}

fn files_of(entry: &Entry<'_>, header: bool, log: &mut Log) -> Option<TableFiles> {
    let value = &entry.value;
    let (files, columns) = match value.raw {
        DeValue::String(_) | DeValue::Array(_) => (patterns(value, log)?, None),
        _ => {
            let what = format!("the files of `{}`", entry.key);
            let mut section = Section::open(value, &what, log)?;
            let files = section.require("files");
            let columns = section.take("columns");
            section.close(log);
            (patterns(&files?, log)?, columns)
        }
    };
    let columns = match (columns, header) {
        (None, true) => Vec::new(),
        (Some(value), true) => {
            let message = "`columns` beside a header: the first line names them (`header = false` where it does not)";
            log.refuse(value.spot, message);
            return None;
        }
        (None, false) => {
            let message = format!(
                "without a header nobody knows the columns of `{}`: name them, as in `{{ files = [\"…\"], columns = [\"…\"] }}`",
                entry.key
            );
            log.refuse(entry.spot, message);
            return None;
        }
        (Some(value), false) => {
            let names = value.some_texts(log)?;
            let odd = |name: &&Name| name.value.is_empty() || !plain(&name.value);
            if let Some(name) = names.iter().find(odd) {
                let message = "the name of a column is empty, or holds a control character";
                log.refuse(name.spot, message);
                return None;
            }
            names.into_iter().map(|name| name.value).collect()
        }
    };
    Some(TableFiles { files, columns })
}

fn patterns(value: &Item<'_>, log: &mut Log) -> Option<Vec<String>> {
    let texts = match value.raw {
        DeValue::String(_) => vec![value.filled_text(log)?],
        _ => value.some_texts(log)?,
    };
    let mut good = true;
    for text in &texts {
        if text.value.is_empty() || text.value.contains('/') || !plain(&text.value) {
            let message = "a file of the folder itself is named, without `/`; `*` and `?` match";
            log.refuse(text.spot, message);
            good = false;
        }
    }
    good.then(|| texts.into_iter().map(|text| text.value).collect())
}

/// Names stand in lines of text.
fn plain(name: &str) -> bool {
    !name.chars().any(char::is_control)
}

/// Signs that could be taken for one another.
fn refuse_clashing(form: &LineForm, value: &Item<'_>, log: &mut Log) -> Option<()> {
    let quote = form.quote;
    let message = if quote == Some(form.delimiter) {
        "`delimiter` and `quote` are the same character"
    } else if !form.null.bytes().all(|byte| matches!(byte, b' '..=b'~'))
        || form
            .null
            .bytes()
            .any(|byte| byte == form.delimiter || Some(byte) == quote)
    {
        "`null` must be printable ASCII without the delimiter and the quote: no unquoted field could be it"
    } else {
        return Some(());
    };
    log.refuse(value.spot, message);
    None
}
