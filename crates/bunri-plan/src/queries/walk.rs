//! The walk through one statement, SELECT by SELECT.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use bunri_report::ReadAs;
use sqlparser::ast::{
    Expr, FunctionArg, FunctionArgExpr, FunctionArguments, GroupByExpr, Ident, JoinConstraint,
    JoinOperator, ObjectName, OrderBy, OrderByKind, Query, Select, SelectItem,
    SelectItemQualifiedWildcardKind, SetExpr, Statement, TableFactor, TableWithJoins, Visit,
    Visitor, WildcardAdditionalOptions,
};

use super::scope::{Meaning, Names, Relation, Scope, folded, last};

/// What a statement reads.
#[derive(Debug, Default)]
pub(super) struct Reads {
    /// Table, column, and how; in the order of the catalogue.
    pub(super) columns: BTreeSet<(usize, usize, ReadAs)>,
    /// Why it is not known whether that is all.
    pub(super) unknown: BTreeSet<String>,
    identifiers: u64,
    relations: u64,
}

impl Reads {
    pub(super) fn unknown(why: &str) -> Self {
        let mut reads = Self::default();
        reads.doubt(why);
        reads
    }

    fn doubt(&mut self, why: &str) {
        self.unknown.insert(why.to_owned());
    }
}

/// All that a statement names, however deep: what is not accounted for was not understood.
#[derive(Default)]
struct Census {
    identifiers: u64,
    relations: u64,
    /// `t.*` or `*` where an expression stands, or in the arguments of a function.
    stars: bool,
}

impl Visitor for Census {
    type Break = ();

    fn pre_visit_relation(&mut self, _: &ObjectName) -> ControlFlow<()> {
        self.relations += 1;
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        // Of all other kinds the parts are visited by themselves.
        if matches!(expr, Expr::Identifier(_) | Expr::CompoundIdentifier(_)) {
            self.identifiers += 1;
        }
        self.stars |= matches!(expr, Expr::QualifiedWildcard(..) | Expr::Wildcard(_));
        if let Expr::Function(function) = expr
            && let FunctionArguments::List(list) = &function.args
        {
            self.stars |= list.args.iter().any(is_star_of_columns);
        }
        ControlFlow::Continue(())
    }
}

/// `count(*)` reads no column; `count(t.*)` does.
fn is_star_of_columns(argument: &FunctionArg) -> bool {
    let (FunctionArg::Named { arg, .. }
    | FunctionArg::ExprNamed { arg, .. }
    | FunctionArg::Unnamed(arg)) = argument;
    match arg {
        FunctionArgExpr::QualifiedWildcard(_) | FunctionArgExpr::WildcardWithOptions(_) => true,
        FunctionArgExpr::Expr(_) | FunctionArgExpr::Wildcard => false,
    }
}

/// The identifiers of an expression, and the queries in it, into which nobody looks here.
#[derive(Default)]
struct Parts {
    identifiers: Vec<Vec<Ident>>,
    queries: Vec<Query>,
    depth: usize,
}

impl Visitor for Parts {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        if self.depth == 0 {
            self.queries.push(query.clone());
        }
        self.depth += 1;
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, _: &Query) -> ControlFlow<()> {
        self.depth -= 1;
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        if self.depth > 0 {
            return ControlFlow::Continue(());
        }
        match expr {
            Expr::Identifier(name) => self.identifiers.push(vec![name.clone()]),
            Expr::CompoundIdentifier(parts) => self.identifiers.push(parts.clone()),
            // The census has seen what stands nowhere in a part.
            _ => {}
        }
        ControlFlow::Continue(())
    }
}

/// What a statement reads.
pub(super) fn statement(names: &Names<'_>, statement: &Statement) -> Reads {
    let mut walk = Walk {
        names,
        reads: Reads::default(),
    };
    match statement {
        Statement::Query(query) => walk.query(query, None, &[], ReadAs::Shown),
        Statement::CreateView(view) => walk.query(&view.query, None, &[], ReadAs::Shown),
        Statement::CreateTable(table) => match &table.query {
            Some(query) => walk.query(query, None, &[], ReadAs::Shown),
            None => walk.reads.doubt("it makes a table, and reads none"),
        },
        _ => walk
            .reads
            .doubt("it is no query: only SELECT, and views and tables made of one, are followed"),
    }
    let mut reads = walk.reads;
    let mut census = Census::default();
    let _ = statement.visit(&mut census);
    // The name of what is made is a relation, too.
    let made = u64::from(matches!(
        statement,
        Statement::CreateView(_) | Statement::CreateTable(_)
    ));
    if census.identifiers != reads.identifiers || census.relations > reads.relations + made {
        reads.doubt("a part of it is of a kind that is not followed");
    }
    if census.stars {
        reads.doubt("a star stands in an expression");
    }
    reads
}

struct Walk<'a> {
    names: &'a Names<'a>,
    reads: Reads,
}

/// Names of queries that a statement gives (`WITH`), the inner ones last.
type QueryNames = [String];

impl Walk<'_> {
    /// `shown_as`: a query in a condition shows nothing, it filters.
    fn query(
        &mut self,
        query: &Query,
        around: Option<&Scope<'_>>,
        named: &QueryNames,
        shown_as: ReadAs,
    ) {
        let mut named = named.to_vec();
        if let Some(with) = &query.with {
            // Known to each other, because they may be recursive.
            named.extend(
                with.cte_tables
                    .iter()
                    .map(|it| folded(&it.alias.name.value)),
            );
            for one in &with.cte_tables {
                self.query(&one.query, around, &named, shown_as);
            }
        }
        if !query.pipe_operators.is_empty() {
            self.reads.doubt("it has pipe operators");
        }
        let order = query.order_by.as_ref();
        self.body(&query.body, around, &named, shown_as, order);
        if let Some(limit) = &query.limit_clause {
            self.expression(limit, around, &named, ReadAs::Filter);
        }
        if let Some(fetch) = &query.fetch {
            self.expression(fetch, around, &named, ReadAs::Filter);
        }
    }

    fn body(
        &mut self,
        body: &SetExpr,
        around: Option<&Scope<'_>>,
        named: &QueryNames,
        shown_as: ReadAs,
        order: Option<&OrderBy>,
    ) {
        match body {
            SetExpr::Select(select) => self.select(select, around, named, shown_as, order),
            SetExpr::Query(query) => {
                self.query(query, around, named, shown_as);
                self.order_of_names(order);
            }
            SetExpr::SetOperation { left, right, .. } => {
                self.body(left, around, named, shown_as, None);
                self.body(right, around, named, shown_as, None);
                self.order_of_names(order);
            }
            SetExpr::Values(values) => self.expression(values, around, named, shown_as),
            SetExpr::Table(_) => self.reads.doubt("it reads a table as a whole (TABLE)"),
            SetExpr::Insert(_) | SetExpr::Update(_) | SetExpr::Delete(_) | SetExpr::Merge(_) => {
                self.reads.doubt("it changes rows in the middle of a query");
            }
        }
    }

    /// Behind a union only the names of what was shown can stand.
    fn order_of_names(&mut self, order: Option<&OrderBy>) {
        let Some(order) = order else { return };
        let mut parts = Parts::default();
        let _ = order.visit(&mut parts);
        self.reads.identifiers += parts.identifiers.len() as u64;
        if !parts.queries.is_empty() {
            self.reads.doubt("a query stands in an ORDER BY");
        }
    }

    fn select(
        &mut self,
        select: &Select,
        around: Option<&Scope<'_>>,
        named: &QueryNames,
        shown_as: ReadAs,
        order: Option<&OrderBy>,
    ) {
        let mut scope = Scope {
            relations: Vec::new(),
            around,
            shown: select.projection.iter().filter_map(alias_of).collect(),
        };
        let mut joined = Vec::new();
        for from in &select.from {
            self.from(from, around, named, shown_as, &mut scope, &mut joined);
        }
        for constraint in &joined {
            self.constraint(constraint, &scope, named);
        }
        for item in &select.projection {
            self.item(item, &scope, named, shown_as);
        }
        let here = Some(&scope);
        let filters = [
            &select.prewhere,
            &select.selection,
            &select.having,
            &select.qualify,
        ];
        for filter in filters.into_iter().flatten() {
            self.expression(filter, here, named, ReadAs::Filter);
        }
        match &select.group_by {
            GroupByExpr::All(_) => self.reads.doubt("it groups by ALL"),
            GroupByExpr::Expressions(expressions, _) => {
                self.expression(expressions, here, named, ReadAs::Group);
            }
        }
        // DISTINCT ON, TOP: they choose rows.
        self.expression(&select.distinct, here, named, ReadAs::Filter);
        self.expression(&select.top, here, named, ReadAs::Filter);
        self.expression(&select.named_window, here, named, shown_as);
        if let Some(order) = order {
            match &order.kind {
                OrderByKind::All(_) => self.reads.doubt("it orders by ALL"),
                OrderByKind::Expressions(_) => {
                    self.expression(order, here, named, ReadAs::Order);
                }
            }
        }
    }

    fn from(
        &mut self,
        from: &TableWithJoins,
        around: Option<&Scope<'_>>,
        named: &QueryNames,
        shown_as: ReadAs,
        scope: &mut Scope<'_>,
        joined: &mut Vec<JoinConstraint>,
    ) {
        self.factor(&from.relation, around, named, shown_as, scope, joined);
        for join in &from.joins {
            self.factor(&join.relation, around, named, shown_as, scope, joined);
            match constraint_of(&join.join_operator) {
                Some(constraint) => joined.push(constraint.clone()),
                None => self.reads.doubt("it joins in a way that is not followed"),
            }
        }
    }

    fn factor(
        &mut self,
        factor: &TableFactor,
        around: Option<&Scope<'_>>,
        named: &QueryNames,
        shown_as: ReadAs,
        scope: &mut Scope<'_>,
        joined: &mut Vec<JoinConstraint>,
    ) {
        match factor {
            TableFactor::Table {
                name,
                alias,
                args: None,
                ..
            } => {
                self.reads.relations += 1;
                let Some(own) = last(name) else {
                    self.reads.doubt("a relation has no plain name");
                    return;
                };
                let relation = if named.contains(&own) {
                    Some(Relation::Derived)
                } else {
                    self.names.relation(&own)
                };
                let Some(relation) = relation else {
                    self.reads
                        .doubt("it reads a relation that the catalogue does not have");
                    return;
                };
                // Other names for the columns: nobody follows them.
                if alias
                    .as_ref()
                    .is_some_and(|alias| !alias.columns.is_empty())
                {
                    self.reads.doubt("a relation's columns get other names");
                }
                let alias = alias.as_ref().map(|alias| folded(&alias.name.value));
                scope.relations.push((alias.unwrap_or(own), relation));
            }
            TableFactor::Derived {
                subquery,
                alias,
                lateral,
                ..
            } => {
                // A lateral query sees what stands before it.
                if *lateral {
                    self.reads
                        .doubt("it joins a query that sees the rows beside it (LATERAL)");
                }
                self.query(subquery, around, named, shown_as);
                let alias = alias.as_ref().map(|alias| folded(&alias.name.value));
                scope
                    .relations
                    .push((alias.unwrap_or_default(), Relation::Derived));
            }
            TableFactor::NestedJoin {
                table_with_joins, ..
            } => self.from(table_with_joins, around, named, shown_as, scope, joined),
            // Functions, pivots and all else that dialects have.
            _ => self
                .reads
                .doubt("it reads something that is neither a table nor a query"),
        }
    }

    fn constraint(&mut self, constraint: &JoinConstraint, scope: &Scope<'_>, named: &QueryNames) {
        match constraint {
            JoinConstraint::On(condition) => {
                self.expression(condition, Some(scope), named, ReadAs::Join);
            }
            JoinConstraint::Using(columns) | JoinConstraint::UsingAlias(columns, _) => {
                for column in columns {
                    match last(column) {
                        Some(name) => self.join_by(&name, scope),
                        None => self.reads.doubt("it joins by something that is no column"),
                    }
                }
            }
            JoinConstraint::Natural => self
                .reads
                .doubt("it joins by whatever columns have the same name (NATURAL)"),
            JoinConstraint::None => {}
        }
    }

    fn join_by(&mut self, name: &str, scope: &Scope<'_>) {
        match scope.meaning(self.names, &[Ident::new(name)]) {
            Meaning::Columns(columns) => {
                let columns = columns.into_iter();
                let joined = columns.map(|(table, column)| (table, column, ReadAs::Join));
                self.reads.columns.extend(joined);
            }
            Meaning::Elsewhere => {}
            Meaning::Row(_) | Meaning::Unknown => {
                self.reads
                    .doubt("it joins by a column that the catalogue does not have");
            }
        }
    }

    fn item(&mut self, item: &SelectItem, scope: &Scope<'_>, named: &QueryNames, shown_as: ReadAs) {
        match item {
            SelectItem::UnnamedExpr(expr)
            | SelectItem::ExprWithAlias { expr, .. }
            | SelectItem::ExprWithAliases { expr, .. } => {
                // The name that it gets does not stand for itself in it.
                let inside = Scope {
                    relations: scope.relations.clone(),
                    around: scope.around,
                    shown: Vec::new(),
                };
                self.expression(expr, Some(&inside), named, shown_as);
            }
            SelectItem::Wildcard(options) => {
                self.star(None, scope, shown_as);
                self.options(options);
            }
            SelectItem::QualifiedWildcard(kind, options) => {
                match kind {
                    SelectItemQualifiedWildcardKind::ObjectName(name) => {
                        self.star(last(name).as_deref(), scope, shown_as);
                    }
                    SelectItemQualifiedWildcardKind::Expr(_) => {
                        self.reads.doubt("a star stands behind an expression");
                    }
                }
                self.options(options);
            }
        }
    }

    /// `* EXCLUDE (…)` and the like: at least all columns were told.
    fn options(&mut self, options: &WildcardAdditionalOptions) {
        if options.opt_replace.is_some() || options.opt_rename.is_some() {
            self.reads.doubt("a star replaces or renames columns");
        }
    }

    fn star(&mut self, of: Option<&str>, scope: &Scope<'_>, shown_as: ReadAs) {
        let mut found = false;
        for (alias, relation) in &scope.relations {
            if of.is_some_and(|of| of != alias) {
                continue;
            }
            found = true;
            if let Relation::Table(table) = relation {
                self.row(*table, shown_as);
            }
        }
        if !found {
            self.reads
                .doubt("a star stands for a relation that is not there");
        }
    }

    fn row(&mut self, table: usize, read_as: ReadAs) {
        let columns = self.names.catalogue.tables[table].columns.len();
        let all = (0..columns).map(|column| (table, column, read_as));
        self.reads.columns.extend(all);
    }

    fn expression(
        &mut self,
        expression: &impl Visit,
        scope: Option<&Scope<'_>>,
        named: &QueryNames,
        read_as: ReadAs,
    ) {
        let mut parts = Parts::default();
        let _ = expression.visit(&mut parts);
        for identifier in &parts.identifiers {
            self.reads.identifiers += 1;
            let meaning = scope.map(|scope| scope.meaning(self.names, identifier));
            match meaning.unwrap_or(Meaning::Unknown) {
                Meaning::Columns(columns) => {
                    let columns = columns.into_iter();
                    let read = columns.map(|(table, column)| (table, column, read_as));
                    self.reads.columns.extend(read);
                }
                Meaning::Row(table) => self.row(table, read_as),
                Meaning::Elsewhere => {}
                Meaning::Unknown => self
                    .reads
                    .doubt("it names a column that the catalogue does not have"),
            }
        }
        for query in &parts.queries {
            self.query(query, scope, named, read_as);
        }
    }
}

/// The name that a SELECT gives to what it shows.
fn alias_of(item: &SelectItem) -> Option<String> {
    match item {
        SelectItem::ExprWithAlias { alias, .. } => Some(folded(&alias.value)),
        SelectItem::UnnamedExpr(_)
        | SelectItem::ExprWithAliases { .. }
        | SelectItem::QualifiedWildcard(..)
        | SelectItem::Wildcard(_) => None,
    }
}

fn constraint_of(operator: &JoinOperator) -> Option<&JoinConstraint> {
    match operator {
        JoinOperator::Join(constraint)
        | JoinOperator::Inner(constraint)
        | JoinOperator::Left(constraint)
        | JoinOperator::LeftOuter(constraint)
        | JoinOperator::Right(constraint)
        | JoinOperator::RightOuter(constraint)
        | JoinOperator::FullOuter(constraint)
        | JoinOperator::CrossJoin(constraint)
        | JoinOperator::Semi(constraint)
        | JoinOperator::LeftSemi(constraint)
        | JoinOperator::RightSemi(constraint)
        | JoinOperator::Anti(constraint)
        | JoinOperator::LeftAnti(constraint)
        | JoinOperator::RightAnti(constraint)
        | JoinOperator::StraightJoin(constraint) => Some(constraint),
        JoinOperator::CrossApply
        | JoinOperator::OuterApply
        | JoinOperator::AsOf { .. }
        | JoinOperator::ArrayJoin
        | JoinOperator::LeftArrayJoin
        | JoinOperator::InnerArrayJoin => None,
    }
}
