//! `decided.<table>`: every staged row with its verdict, and what its cells count as.

use super::Script;
use super::known::graced;
use super::rules::{Answer, At};
use super::select::{Select, Steps};
use super::text::{case, name};
use bunri_catalogue::{Ownership, RowRule, Table};

impl Script<'_> {
    /// The table's rows, decided.
    pub(super) fn decided(&mut self, table: &Table) {
        let mut steps = Steps::default();
        let owned = match constant(&table.rows) {
            Some(whose) => self.alike(table, whose),
            None => self.judged(table, &mut steps),
        };
        let last = self.classified(table, owned, &mut steps);
        let name = name(&table.id);
        self.statement(&format!("CREATE TABLE decided.{name} AS\n{steps}{last}"));
        if self.inputs.decisions.is_some() {
            self.refuse_unused(table);
        }
    }

    /// Every row the same.
    fn alike(&self, table: &Table, whose: Ownership) -> Select {
        let column = |noun: &str| format!("'{}' AS {}", whose.word(), self.own(noun));
        Select {
            what: vec!["*".to_owned(), column("verdict"), column("ownership")],
            from: format!("staging.{}", name(&table.id)),
            ..Select::default()
        }
    }

    /// Row by row, in steps.
    fn judged(&self, table: &Table, steps: &mut Steps) -> Select {
        // Steps are printed in the order in which they are named, and what is asked comes first.
        let mut later = Steps::default();
        let answers = self.answers(table, &mut later);
        let supplier = self.supplier(table, &mut later);
        let staging = format!("staging.{}", name(&table.id));
        let all = || answers.iter().chain(supplier.as_ref());
        let asked: Vec<String> = all().flat_map(|answer| answer.asked.clone()).collect();
        let mut from = staging;
        if !asked.is_empty() {
            let what = std::iter::once("t.*".to_owned()).chain(asked).collect();
            let query = Select {
                what,
                from: format!("{from} AS t"),
                ..Select::default()
            };
            steps.add("asked", "The days that the rules ask about.", query);
            from = "asked".to_owned();
        }
        steps.append(later);
        let joins: Vec<String> = all().flat_map(|answer| answer.joins.clone()).collect();
        let mut what = vec!["t.*".to_owned()];
        what.extend(self.verdicts(&answers));
        if let Some(supplier) = &supplier {
            what.push(format!("{} AS {}", supplier.verdict, self.own("supplier")));
        }
        if let Some(number) = graced(table) {
            let at = At {
                table,
                number: answers.get(1).map(|_| number),
            };
            what.push(format!(
                "{}.next_day AS {}",
                at.named("period"),
                self.own("own_end")
            ));
        }
        let query = Select {
            what,
            from: format!("{from} AS t"),
            joins,
            ..Select::default()
        };
        steps.add(
            "answered",
            "What the rules say, and who supplied when the row was written.",
            query,
        );

        let base = self.base(&answers);
        let heard = self.may_be_decided(table);
        let noun = if heard { "ruled" } else { "verdict" };
        let verdict = format!("{} AS {}", self.last_word(table, &base), self.own(noun));
        let mut what = vec!["*".to_owned(), verdict];
        what.extend(heard.then(|| self.key_text(table)));
        let query = Select {
            what,
            from: "answered".to_owned(),
            ..Select::default()
        };
        steps.add(
            "judged",
            "own or other; anything else is the reason why nobody can say.",
            query,
        );
        let from = if heard {
            self.heard(table, steps)
        } else {
            "judged".to_owned()
        };
        let (verdict, ownership) = (self.own("verdict"), self.own("ownership"));
        let known = format!("{verdict} IN ('own', 'other')");
        let owned = case(&[(known, verdict)], "'undecided'");
        Select {
            what: vec!["*".to_owned(), format!("{owned} AS {ownership}")],
            from,
            ..Select::default()
        }
    }

    fn answers(&self, table: &Table, steps: &mut Steps) -> Vec<Answer> {
        let several = matches!(table.rows, RowRule::All(_));
        table
            .rows
            .direct()
            .iter()
            .enumerate()
            .map(|(at, rule)| {
                let number = several.then_some(at + 1);
                self.answer(At { table, number }, rule, steps)
            })
            .collect()
    }

    fn rule_names(&self, answers: &[Answer]) -> Vec<String> {
        match answers.len() {
            1 => vec![self.own("rule")],
            several => (1..=several)
                .map(|at| self.own(&format!("rule_{at}")))
                .collect(),
        }
    }

    fn verdicts(&self, answers: &[Answer]) -> Vec<String> {
        let names = self.rule_names(answers);
        answers
            .iter()
            .zip(names)
            .map(|(answer, name)| format!("{} AS {name}", answer.verdict))
            .collect()
    }

    /// The row rule's verdict: of several, any other; else the first that is undecided; else own.
    fn base(&self, answers: &[Answer]) -> String {
        let names = self.rule_names(answers);
        if let [one] = names.as_slice() {
            return one.clone();
        }
        let mut arms = vec![(
            format!("'other' IN ({})", names.join(", ")),
            "'other'".to_owned(),
        )];
        arms.extend(
            names
                .iter()
                .map(|name| (format!("{name} <> 'own'"), name.clone())),
        );
        format!("({})", case(&arms, "'own'"))
    }
}

/// Whether every row is decided alike.
pub(super) fn is_alike(table: &Table) -> bool {
    constant(&table.rows).is_some()
}

/// The ownership of every row, where the rule does not look at the row.
fn constant(rule: &RowRule) -> Option<Ownership> {
    match rule {
        RowRule::AllTransmission => Some(Ownership::Other),
        RowRule::AllRetail => Some(Ownership::Own),
        RowRule::Reference => Some(Ownership::Reference),
        RowRule::Ledger(_) | RowRule::Column { .. } | RowRule::Parent { .. } | RowRule::All(_) => {
            None
        }
    }
}
