//! Views and queries of the legacy system: which columns they read that a company's store will not have whole, and how.
//! What is not understood is *unknown*, never clean: of every statement all identifiers and all relations are counted, and
//! those that were accounted for must be as many.
//!
//! No text of a statement is repeated, for a literal in it may be a customer's.

mod scope;
mod walk;

use bunri_catalogue::{Catalogue, Store};
use bunri_report::{Extent, QueryOrigin, QueryReport, WithheldRead};
use sqlparser::dialect::{
    Dialect, GenericDialect, MsSqlDialect, OracleDialect, PostgreSqlDialect, SQLiteDialect,
};
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::Token;

use crate::plan::extent;
use scope::Names;
use walk::{Reads, statement};

/// A view of the source, or a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryText {
    /// Which.
    pub origin: QueryOrigin,
    /// The view's name, or the file's below its folder.
    pub name: String,
    /// The statements; or why they cannot be read.
    pub text: Result<String, String>,
}

/// Dialects that are tried, until one understands every statement.
const DIALECTS: [&dyn Dialect; 5] = [
    &GenericDialect {},
    &SQLiteDialect {},
    &PostgreSqlDialect {},
    &OracleDialect {},
    &MsSqlDialect {},
];

/// Looks at every statement. The order of the texts is that of the answers.
#[must_use]
pub fn look_at_queries(catalogue: &Catalogue, texts: &[QueryText]) -> Vec<QueryReport> {
    let views = texts.iter().filter(|text| text.origin == QueryOrigin::View);
    let views: Vec<&str> = views.map(|text| text.name.as_str()).collect();
    let names = Names::new(catalogue, &views);
    texts.iter().flat_map(|text| one(&names, text)).collect()
}

fn one(names: &Names<'_>, query: &QueryText) -> Vec<QueryReport> {
    let report = |number: usize, reads: Reads| {
        let Reads {
            unknown, columns, ..
        } = reads;
        let (withheld, whole): (Vec<_>, Vec<_>) = columns
            .into_iter()
            .map(|(table, column, read_as)| {
                let of = &names.catalogue.tables[table];
                WithheldRead {
                    table: of.id.clone(),
                    column: of.columns[column].name.clone(),
                    read_as,
                    retail: extent(of, column, Store::Retail),
                    transmission: extent(of, column, Store::Transmission),
                }
            })
            .partition(|read| read.retail != Extent::Whole || read.transmission != Extent::Whole);
        let mut whole: Vec<_> = whole.iter().map(|it| (&it.table, &it.column)).collect();
        whole.dedup();
        QueryReport {
            origin: query.origin,
            name: query.name.clone(),
            statement: number as u64,
            unknown: unknown.into_iter().collect(),
            reads_whole: whole.len() as u64,
            reads: withheld,
        }
    };
    let text = match &query.text {
        Ok(text) => text,
        Err(why) => return vec![report(1, Reads::unknown(why))],
    };
    let tries = DIALECTS.iter().map(|dialect| parsed(*dialect, text));
    let failed = |one: &Vec<Result<_, String>>| one.iter().filter(|it| it.is_err()).count();
    // The first of those that fail least: ties go to the order of the list.
    let best = tries.min_by_key(failed).unwrap_or_default();
    if best.is_empty() {
        return vec![report(1, Reads::unknown("there is no statement in it"))];
    }
    let reads = best.into_iter().map(|parsed| match parsed {
        Ok(parsed) => statement(names, &parsed),
        Err(why) => Reads::unknown(&why),
    });
    reads
        .enumerate()
        .map(|(number, reads)| report(number + 1, reads))
        .collect()
}

/// Every statement of a text, or why it is none.
fn parsed(dialect: &dyn Dialect, text: &str) -> Vec<Result<sqlparser::ast::Statement, String>> {
    let mut parser = match Parser::new(dialect).try_with_sql(text) {
        Ok(parser) => parser,
        Err(refused) => return vec![Err(not_parsed(&refused))],
    };
    let mut statements = Vec::new();
    loop {
        while parser.consume_token(&Token::SemiColon) {}
        if parser.peek_token_ref().token == Token::EOF {
            return statements;
        }
        let mut one = parser
            .parse_statement()
            .map_err(|refused| not_parsed(&refused));
        let end = parser.peek_token_ref();
        if one.is_ok() && !matches!(end.token, Token::SemiColon | Token::EOF) {
            let line = end.span.start.line;
            one = Err(format!(
                "it goes on in line {line} where a statement should end"
            ));
        }
        statements.push(one);
        // What follows a mistake up to the next semicolon belongs to it.
        while !matches!(parser.peek_token_ref().token, Token::SemiColon | Token::EOF) {
            parser.next_token();
        }
    }
}

/// Where, and not what: the parser's message quotes the text.
fn not_parsed(refused: &ParserError) -> String {
    let (ParserError::TokenizerError(message) | ParserError::ParserError(message)) = refused else {
        return "it is nested too deeply to be read".to_owned();
    };
    let place = message.rsplit_once("Line: ").map(|(_, place)| place);
    let line: Option<u64> = place.and_then(|place| {
        let digits: String = place.chars().take_while(char::is_ascii_digit).collect();
        digits.parse().ok()
    });
    match line {
        Some(line) => format!("it does not parse, in line {line}"),
        None => "it does not parse".to_owned(),
    }
}

#[cfg(test)]
mod tests;
