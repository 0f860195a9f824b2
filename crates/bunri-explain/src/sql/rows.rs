//! `decided.<table>`: every staged row with its verdict, and what its cells count as.

use super::Script;
use super::combine::{Whole, combined};
use super::facts::{Fact, RowFacts};
use super::rules::{Answer, At};
use super::select::{Select, Steps};
use super::text::{case, name};
use bunri_catalogue::{Ownership, RowRule, Table};

/// A rule that decides something by itself: the row rule, or the rule of a group of cells.
struct Root<'a> {
    rule: &'a RowRule,
    /// The column that holds its verdict.
    verdict: String,
    /// The facts that somebody asks for, each with its column.
    facts: Vec<(Fact, String)>,
    leaves: Vec<Leaf>,
}

struct Leaf {
    answer: Answer,
    /// The columns of the answer.
    verdict: String,
    facts: Vec<(Fact, String)>,
}

impl Root<'_> {
    /// Whether its answer is that of its one leaf.
    fn is_leaf(&self) -> bool {
        self.rule.parts().is_empty()
    }
}

impl Script<'_> {
    /// The table's rows, decided.
    pub(super) fn decided(&mut self, table: &Table) {
        let mut steps = Steps::default();
        let owned = self.owned(table, &mut steps);
        let last = self.classified(table, owned, &mut steps);
        let name = name(&table.id);
        self.statement(&format!("CREATE TABLE decided.{name} AS\n{steps}{last}"));
        if self.inputs.decisions.is_some() {
            self.refuse_unused(table);
        }
        self.owners(table);
    }

    /// Verdict and ownership of every row, in steps.
    fn owned(&self, table: &Table, steps: &mut Steps) -> Select {
        let from = self.answered(table, steps);
        match constant(&table.rows) {
            Some(whose) => self.alike(table, whose, from),
            None => self.judged(table, &from, steps),
        }
    }

    /// Every row the same.
    fn alike(&self, table: &Table, whose: Ownership, from: String) -> Select {
        let column = |noun: &str| format!("'{}' AS {}", whose.word(), self.own(noun));
        let mut what = vec!["*".to_owned(), column("verdict"), column("ownership")];
        for fact in self.facts_asked(table) {
            let value = match (fact, whose) {
                (Fact::AfterT, Ownership::Own) => self.after_cutover(),
                (Fact::AfterT | Fact::ToCome | Fact::FirstDay | Fact::NextDay, _) => {
                    fact.nothing().to_owned()
                }
            };
            what.push(format!("{value} AS {}", self.own(fact.noun())));
        }
        Select {
            what,
            from,
            ..Select::default()
        }
    }

    /// The row rule and the rules of cells, with the answers of their leaves. Names carry a number only where there are
    /// several.
    fn roots<'t>(&self, table: &'t Table, steps: &mut Steps) -> Vec<Root<'t>> {
        let several = table.leaves().len() > 1;
        let row = (&table.rows, self.own("rule"), self.facts_asked(table));
        let groups = table.cells.iter().enumerate().map(|(at, group)| {
            let verdict = self.cells_name(table, at);
            (&group.rows, verdict, Vec::new())
        });
        let mut number = 0;
        let mut roots = Vec::new();
        for (rule, verdict, asked) in std::iter::once(row).chain(groups) {
            let named = |name: &dyn Fn(&str) -> String| -> Vec<(Fact, String)> {
                let facts = asked.iter();
                facts.map(|fact| (*fact, name(fact.noun()))).collect()
            };
            let mut root = Root {
                rule,
                verdict,
                facts: named(&|noun| self.own(noun)),
                leaves: Vec::new(),
            };
            for leaf in rule.leaves() {
                number += 1;
                let at = At {
                    table,
                    number: several.then_some(number),
                };
                let (verdict, facts) = if root.is_leaf() {
                    (root.verdict.clone(), root.facts.clone())
                } else {
                    let numbered = |noun: &str| self.own(&at.named(noun));
                    (numbered("rule"), named(&numbered))
                };
                // A constant row rule asks nothing; its leaf is counted all the same.
                if constant(&table.rows).is_none() || number > 1 {
                    root.leaves.push(Leaf {
                        answer: self.answer(at, leaf, steps),
                        verdict,
                        facts,
                    });
                }
            }
            roots.push(root);
        }
        roots
    }

    /// Steps `asked`, `answered` and `ruled`: what each rule says. Gives the name of the last.
    fn answered(&self, table: &Table, steps: &mut Steps) -> String {
        // Steps are printed in the order in which they are named, and what is asked comes first.
        let mut later = Steps::default();
        let roots = self.roots(table, &mut later);
        let leaves = || roots.iter().flat_map(|root| &root.leaves);
        let at = At {
            table,
            number: None,
        };
        let mut asked: Vec<String> = leaves()
            .flat_map(|leaf| leaf.answer.asked.clone())
            .collect();
        asked.extend(self.known(at));
        let mut from = format!("staging.{}", name(&table.id));
        if !asked.is_empty() {
            let query = Select {
                what: std::iter::once("t.*".to_owned()).chain(asked).collect(),
                from: format!("{from} AS t"),
                ..Select::default()
            };
            steps.add("asked", "The days that the rules ask about.", query);
            from = "asked".to_owned();
        }
        steps.append(later);
        let mut what = vec!["t.*".to_owned()];
        for leaf in leaves() {
            what.push(format!("{} AS {}", leaf.answer.verdict, leaf.verdict));
            let facts = leaf.facts.iter();
            what.extend(facts.map(|(fact, column)| {
                let value = leaf.answer.facts.get(*fact);
                format!("{value} AS {column}")
            }));
        }
        if what.len() == 1 {
            return from;
        }
        let query = Select {
            what,
            from: format!("{from} AS t"),
            joins: leaves()
                .flat_map(|leaf| leaf.answer.joins.clone())
                .collect(),
            ..Select::default()
        };
        let says = if self.is_asked_t(table) {
            "What the rules say; after_t is the day after the last that the row speaks of."
        } else {
            "What the rules say."
        };
        steps.add("answered", says, query);
        self.ruled(table, &roots, steps)
    }

    /// Step `ruled`: rules made of rules.
    fn ruled(&self, table: &Table, roots: &[Root<'_>], steps: &mut Steps) -> String {
        let mut what = vec!["*".to_owned()];
        for root in roots.iter().filter(|root| !root.is_leaf()) {
            let mut leaves = root.leaves.iter().map(|leaf| Whole {
                verdict: leaf.verdict.clone(),
                facts: RowFacts::each(|fact| {
                    let column = leaf.facts.iter().find(|(asked, _)| *asked == fact);
                    column.map_or_else(|| fact.nothing().to_owned(), |(_, column)| column.clone())
                }),
            });
            let whole = combined(table, root.rule, &mut leaves);
            what.push(format!("{} AS {}", whole.verdict, root.verdict));
            let facts = root.facts.iter();
            what.extend(facts.map(|(fact, column)| {
                let value = whole.facts.get(*fact);
                format!("{value} AS {column}")
            }));
        }
        if what.len() == 1 {
            return "answered".to_owned();
        }
        let query = Select {
            what,
            from: "answered".to_owned(),
            ..Select::default()
        };
        steps.add("ruled", "What they say together.", query);
        "ruled".to_owned()
    }

    /// Step `judged`, and where people may decide `final`.
    fn judged(&self, table: &Table, from: &str, steps: &mut Steps) -> Select {
        let from = self.written(table, from, steps);
        let heard = self.may_be_decided(table);
        let noun = if heard { "ruled" } else { "verdict" };
        let verdict = format!("{} AS {}", self.last_word(table), self.own(noun));
        let mut what = vec!["*".to_owned(), verdict];
        what.extend(heard.then(|| self.key_text(table)));
        let query = Select {
            what,
            from,
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

    /// The column that says whose the cells of a group are.
    pub(super) fn cells_name(&self, table: &Table, group: usize) -> String {
        match table.cells.len() {
            1 => self.own("cells"),
            _ => self.own(&format!("cells_{}", group + 1)),
        }
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
        RowRule::Ledger(_)
        | RowRule::Column { .. }
        | RowRule::Parent { .. }
        | RowRule::Cases { .. }
        | RowRule::All(_)
        | RowRule::Any(_) => None,
    }
}
