//! The catalogue as data contracts: Open Data Contract Standard, version 3.0.2. One document for whoever receives the retail
//! store, one for whoever keeps custody. The document is JSON, which is YAML too.
//!
//! The retail document is handed over with the store, so it says nothing of a table or a column that retail does not get, and
//! no note of the catalogue's reviewers, who write to each other.

use bunri_catalogue::{Catalogue, Store, Table};
use bunri_manifest::TOOL;
use bunri_types::ValueType;
use serde::Serialize;
use serde_json::{Value, json};

use crate::ExportError;
use crate::id::uuid;
use crate::place::{HeldColumn, Place, physical_type};

/// Whose document it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holder {
    /// The retailer's: the retail store.
    Retail,
    /// The transmission operator's: staging, the transmission store, the quarantine.
    Custody,
}

/// What a contract is made of.
#[derive(Debug, Clone, Copy)]
pub struct ContractInputs<'a> {
    /// The classification.
    pub catalogue: &'a Catalogue,
    /// The job's label.
    pub label: &'a str,
    /// `rehearsal` or `cutover`.
    pub kind: &'a str,
    /// Whether the job counts: its contracts are in force, and not drafts.
    pub is_cutover: bool,
}

/// A document of the standard.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Contract {
    version: String,
    kind: &'static str,
    api_version: &'static str,
    id: String,
    name: String,
    status: &'static str,
    description: Described,
    servers: Vec<Server>,
    schema: Vec<SchemaObject>,
    custom_properties: Vec<CustomProperty>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct Described {
    purpose: &'static str,
    usage: &'static str,
    limitations: &'static str,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct Server {
    server: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
    path: String,
    format: &'static str,
}

/// A table.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct SchemaObject {
    name: String,
    logical_type: &'static str,
    physical_type: &'static str,
    physical_name: String,
    business_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    custom_properties: Vec<CustomProperty>,
    properties: Vec<SchemaProperty>,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct SchemaProperty {
    name: String,
    logical_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    logical_type_options: Option<Value>,
    physical_type: String,
    required: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    unique: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    primary_key: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    primary_key_position: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    classification: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    transform_description: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    custom_properties: Vec<CustomProperty>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct CustomProperty {
    property: &'static str,
    value: Value,
}

/// What the standard has no field for.
fn custom(property: &'static str, value: impl Into<Value>) -> CustomProperty {
    CustomProperty {
        property,
        value: value.into(),
    }
}

impl Holder {
    /// Both.
    pub const ALL: [Holder; 2] = [Holder::Retail, Holder::Custody];

    /// The file's name. The standard asks for this ending.
    #[must_use]
    pub fn file(self) -> &'static str {
        match self {
            Holder::Retail => "retail.odcs.yaml",
            Holder::Custody => "custody.odcs.yaml",
        }
    }

    fn word(self) -> &'static str {
        match self {
            Holder::Retail => "retail",
            Holder::Custody => "custody",
        }
    }

    fn places(self) -> &'static [Place] {
        match self {
            Holder::Retail => &[Place::Store(Store::Retail)],
            Holder::Custody => &Place::CUSTODY,
        }
    }

    /// A folder of a place, from where its holder stands. Where on a machine that is, is nobody else's business.
    fn folder(self, place: Place, below: &str) -> String {
        match self {
            Holder::Retail => below.to_owned(),
            Holder::Custody => format!("{}/{below}", place.word()),
        }
    }

    fn description(self) -> Described {
        match self {
            Holder::Retail => Described {
                purpose: "What the incumbent retailer keeps of the customer system that it shared with the transmission operator: \
                          the cells that the classification grants it.",
                usage: "A folder of Parquet files a table, all parts of which belong to it. SHA256SUMS, B3SUMS and manifest.json \
                        beside them say what was written. Paths are relative to the store's folder.",
                limitations: "A cell that is withheld is NULL, and cannot be told from one that was NULL before: \
                              mayBeWithheld says where that happens.",
            },
            Holder::Custody => Described {
                purpose: "What stays with the transmission operator of the customer system that it shared with the incumbent \
                          retailer: staging (every column of every table, as it was extracted), the transmission store, and \
                          the quarantine (what waits for a person).",
                usage: "A folder of Parquet files a table, all parts of which belong to it. Paths are relative to the custody \
                        folder.",
                limitations: "Not for the retailer: it knows both sides. A cell that is withheld from a store is NULL there: \
                              mayBeWithheld says where that happens.",
            },
        }
    }
}

impl Contract {
    /// The contract of one holder.
    #[must_use]
    pub fn of(inputs: &ContractInputs<'_>, holder: Holder) -> Self {
        let ContractInputs {
            catalogue,
            label,
            kind,
            is_cutover,
        } = inputs;
        let places = holder.places().iter();
        let objects = places.clone().flat_map(|&place| {
            let tables = catalogue.tables.iter();
            tables.filter_map(move |table| SchemaObject::of(table, place, holder))
        });
        Self {
            version: catalogue.version.clone(),
            kind: "DataContract",
            api_version: "v3.0.2",
            id: uuid("contract", &[&catalogue.name, holder.word()]),
            name: format!("{} {}", catalogue.name, holder.word()),
            status: if *is_cutover { "active" } else { "draft" },
            description: holder.description(),
            servers: places.map(|&place| Server::of(place, holder)).collect(),
            schema: objects.collect(),
            custom_properties: vec![
                custom("catalogueBlake3", catalogue.digest.as_str()),
                custom("jobLabel", *label),
                custom("jobKind", *kind),
                custom("tool", TOOL),
            ],
        }
    }

    /// The document's text: JSON that every reader of YAML takes.
    ///
    /// # Errors
    /// Never in practice: every field is plain data.
    pub fn to_text(&self) -> Result<String, ExportError> {
        let text = serde_json::to_string_pretty(self)?;
        let mut document: String = text.chars().map(printable).collect();
        document.push('\n');
        Ok(document)
    }
}

/// YAML takes no letter that cannot be printed, and JSON lets some of them stand. They stand in texts only, where an escape means
/// the same.
fn printable(letter: char) -> String {
    let hidden = matches!(
        letter,
        '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}'
    );
    if hidden {
        format!("\\u{:04x}", u32::from(letter))
    } else {
        letter.to_string()
    }
}

impl Server {
    fn of(place: Place, holder: Holder) -> Self {
        Self {
            server: place.word(),
            kind: "local",
            path: format!("./{}", holder.folder(place, "*/part-*.parquet")),
            format: "parquet",
        }
    }
}

impl SchemaObject {
    fn of(table: &Table, place: Place, holder: Holder) -> Option<Self> {
        let columns = place.columns(table);
        if columns.is_empty() {
            return None;
        }
        let properties = columns
            .iter()
            .map(|column| SchemaProperty::of(table, column, holder));
        Some(Self {
            // One contract has a table's name once: ids are of [a-z0-9_] and places differ in their first word.
            name: match holder {
                Holder::Retail => table.id.clone(),
                Holder::Custody => format!("{}_{}", place.word(), table.id),
            },
            logical_type: "object",
            physical_type: "table",
            physical_name: holder.folder(place, &table.id),
            business_name: table.name.clone(),
            description: note(table.note.as_deref(), holder),
            custom_properties: table
                .basis
                .iter()
                .map(|basis| custom("basis", basis.as_str()))
                .collect(),
            properties: properties.collect(),
        })
    }
}

/// Reviewers write notes to each other, also about what retail does not get.
fn note(note: Option<&str>, holder: Holder) -> Option<String> {
    match holder {
        Holder::Retail => None,
        Holder::Custody => note.map(str::to_owned),
    }
}

impl SchemaProperty {
    fn of(table: &Table, held: &HeldColumn, holder: Holder) -> Self {
        let written = held.column.map(|column| &table.columns[column]);
        let description = match written {
            Some(column) => note(column.note.as_deref(), holder),
            None => Some("Why a person must decide.".to_owned()),
        };
        let (logical_type, logical_type_options) = logical_type(held.value_type);
        let is_key = held.key.is_some();
        Self {
            name: held.name.clone(),
            logical_type,
            logical_type_options,
            physical_type: physical_type(held.value_type),
            // A key is never NULL: extraction refuses such a table, and a store that gets a row gets its key.
            required: is_key,
            unique: (is_key && table.key.len() == 1).then_some(true),
            primary_key: is_key.then_some(true),
            primary_key_position: held.key.map(|place| place + 1),
            classification: held.class.map(|class| class.word()),
            description,
            transform_description: held
                .rekey
                .as_ref()
                .map(|_| "A keyed hash stands in the place of the value; equal values have equal hashes."),
            custom_properties: custom_properties(table, held),
        }
    }
}

fn custom_properties(table: &Table, held: &HeldColumn) -> Vec<CustomProperty> {
    let written = held.column.map(|column| &table.columns[column]);
    let mut properties = Vec::new();
    if let Some(class) = held.class {
        properties.push(custom("classTerm", class.term()));
    }
    if held.classes.len() > 1 {
        let words: Vec<&str> = held.classes.iter().map(|class| class.word()).collect();
        properties.push(custom("classes", json!(words)));
    }
    if held.may_be_withheld {
        properties.push(custom("mayBeWithheld", true));
    }
    if let Some(category) = written.and_then(|column| column.category) {
        properties.push(custom("category", category.word()));
    }
    if let Some(name) = &held.rekey {
        properties.push(custom("rekey", name.as_str()));
    }
    let basis = written.and_then(|column| column.basis.as_ref().or(table.basis.as_ref()));
    if let Some(basis) = basis {
        properties.push(custom("basis", basis.as_str()));
    }
    properties
}

/// The standard's type and what it says of it. Of times this version of the standard knows dates only, which a format makes
/// finer.
fn logical_type(value_type: ValueType) -> (&'static str, Option<Value>) {
    match value_type {
        ValueType::Text => ("string", None),
        ValueType::Int => ("integer", Some(json!({"format": "i64"}))),
        ValueType::Decimal { .. } | ValueType::Real => ("number", None),
        ValueType::Date(_) => ("date", Some(json!({"format": "yyyy-MM-dd"}))),
        ValueType::Timestamp => (
            "date",
            Some(json!({"format": "yyyy-MM-dd HH:mm:ss.SSSSSS"})),
        ),
        ValueType::Bool => ("boolean", None),
        ValueType::Bytes => ("string", Some(json!({"format": "binary"}))),
    }
}

#[cfg(test)]
mod tests {
    use super::printable;

    #[test]
    fn letters_that_yaml_refuses_are_escaped_and_no_others() {
        let written = |text: &str| text.chars().map(printable).collect::<String>();
        assert_eq!(written("項目\u{85}区分\u{2028}"), "項目\\u0085区分\\u2028");
        assert_eq!(written("\u{7f}\u{feff}"), "\\u007f\\ufeff");
        assert_eq!(written("a\"b\\n 𠮷 …"), "a\"b\\n 𠮷 …");
    }
}
