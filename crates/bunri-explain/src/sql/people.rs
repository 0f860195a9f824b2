//! Human decisions (docs/rules.md, section 4): rows of the file that the job names, found again by their keys as text.

use bunri_catalogue::{Table, is_retailers_own};
use bunri_types::ValueType;

use super::Script;
use super::select::{Select, Steps};
use super::text::{literal, name};

const FIELDS: [&str; 6] = ["table", "key", "ownership", "basis", "approver", "date"];

impl Script<'_> {
    /// The view `decisions`.
    pub(super) fn decisions(&mut self) {
        let Some(path) = self.inputs.decisions else {
            return;
        };
        let path = literal(&path.to_string_lossy());
        let columns = FIELDS
            .map(|field| format!("'{field}': 'VARCHAR'"))
            .join(", ");
        self.gap();
        self.say("What people decided about rows that the rules leave undecided; an empty text is a key too.");
        self.statement(&format!(
            "CREATE VIEW IF NOT EXISTS decisions AS\n  SELECT \"table\", coalesce(\"key\", '') AS \"key\", ownership\n  \
             FROM read_csv({path}, header = true, auto_detect = false, delim = ',', quote = '\"', escape = '\"',\n    \
             columns = {{{columns}}})"
        ));
    }

    /// Whether people may decide rows of this table.
    pub(super) fn may_be_decided(&self, table: &Table) -> bool {
        self.inputs.decisions.is_some() && !table.key.is_empty()
    }

    /// Step `judged` becomes what the rules say, and `final` what people say about it.
    pub(super) fn heard(&self, table: &Table, steps: &mut Steps) -> String {
        let (verdict, ruled, key) = (self.own("verdict"), self.own("ruled"), self.own("key"));
        let query = Select {
            what: vec![
                "j.*".to_owned(),
                format!("coalesce(d.ownership, j.{ruled}) AS {verdict}"),
            ],
            from: "judged AS j".to_owned(),
            joins: vec![format!(
                "LEFT JOIN decisions AS d ON d.\"table\" = {} AND d.\"key\" = j.{key}",
                literal(&table.id)
            )],
            ..Select::default()
        };
        steps.add("final", "A decision has the last word on its row.", query);
        "final".to_owned()
    }

    /// The key as a decision writes it.
    pub(super) fn key_text(&self, table: &Table) -> String {
        let parts: Vec<String> = table
            .key
            .iter()
            .map(|&column| {
                let column = &table.columns[column];
                part(&name(&column.name), column.value_type)
            })
            .collect();
        format!("{} AS {}", parts.join(" || '|' || "), self.own("key"))
    }

    /// A decision that decides nothing is refused.
    pub(super) fn refuse_unused(&mut self, table: &Table) {
        let (ruled, key, id) = (self.own("ruled"), self.own("key"), literal(&table.id));
        // Of the retailer's own records a person may say own although the rules say other.
        let position = self
            .catalogue
            .tables
            .iter()
            .position(|it| it.id == table.id);
        let overruled = position.is_some_and(|position| is_retailers_own(self.catalogue, position));
        let overruled = if overruled {
            format!("\n    OR (d.ownership = 'own' AND t.{ruled} = 'other')")
        } else {
            String::new()
        };
        let undecided = if self.may_be_decided(table) && !super::rows::is_alike(table) {
            format!(
                "NOT EXISTS (SELECT 1 FROM decided.{} AS t\n  WHERE t.{key} = d.\"key\" AND (t.{ruled} NOT IN ('own', 'other'){overruled}))",
                name(&table.id)
            )
        } else {
            "true".to_owned()
        };
        let message = literal(&format!("a decision on {} decides nothing", table.id));
        self.say(
            "A decision on a row that is not there, or that the rules decide, is one too many.",
        );
        self.statement(&format!(
            "SELECT error({message})\nFROM decisions AS d\nWHERE d.\"table\" = {id} AND {undecided}"
        ));
    }
}

/// One column of a key: one spelling for every value, and bars and backslashes of a text behind a backslash.
fn part(column: &str, value_type: ValueType) -> String {
    match value_type {
        ValueType::Text => format!(r"replace(replace({column}, '\', '\\'), '|', '\|')"),
        ValueType::Timestamp => format!(
            "strftime({column}, '%Y-%m-%dT%H:%M:%S')\n  || CASE WHEN microsecond({column}) % 1000000 = 0 THEN '' \
             ELSE strftime({column}, '.%f') END"
        ),
        ValueType::Bytes => format!("lower(hex({column}))"),
        ValueType::Int
        | ValueType::Decimal { .. }
        | ValueType::Real
        | ValueType::Date(_)
        | ValueType::Bool => format!("CAST({column} AS VARCHAR)"),
    }
}
