//! Inside a crate: no two modules need each other, and a type's name means one thing. Read from the sources, as paths that
//! begin with `crate`, `self` or `super`; tests beside the code may reach for what they like.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::rig::repository;

/// A module, as the names that lead to it; none for the root of the crate.
type Module = Vec<String>;

/// The sources of a crate, without tests and comments.
struct Sources(BTreeMap<Module, String>);

impl Sources {
    fn of(name: &str) -> Self {
        let mut sources = BTreeMap::new();
        gather(
            &repository().join("crates").join(name).join("src"),
            &[],
            &mut sources,
        );
        assert!(sources.contains_key(&Module::new()), "{name} has no root");
        Self(sources)
    }

    /// The module in which a path ends, through whatever brings its names from elsewhere.
    fn module_of(&self, path: &[String]) -> Module {
        let mut path = path.to_vec();
        // A name is brought from module to module a few times at most; a longer way would be a ring of its own.
        for _ in 0..8 {
            let known = (0..=path.len()).rev();
            let module = known
                .map(|end| path[..end].to_vec())
                .find(|module| self.0.contains_key(module))
                .unwrap_or_default();
            let brought = path
                .get(module.len())
                .and_then(|name| self.brought(&module, name));
            let Some(mut from) = brought.filter(|from| !path.starts_with(from)) else {
                return module;
            };
            from.extend_from_slice(&path[module.len() + 1..]);
            path = from;
        }
        Module::new()
    }

    /// Where a `use` in this module brings a name from.
    fn brought(&self, module: &Module, name: &str) -> Option<Module> {
        let mut uses = uses(&self.0[module]).into_iter();
        let found = uses.find(|path| path.last().is_some_and(|last| last == name))?;
        Some(absolute(&found, module))
    }

    /// Which module needs which.
    fn needs(&self) -> BTreeSet<(Module, Module)> {
        let mut needs = BTreeSet::new();
        for (module, text) in &self.0 {
            let passed_on = module.is_empty().then(|| without_passing_on(text));
            for path in paths(passed_on.as_deref().unwrap_or(text)) {
                let to = self.module_of(&absolute(&path, module));
                needs.insert((module.clone(), to));
            }
        }
        needs
    }

    /// Modules of one folder that need each other, by the folder's path. A folder's own file stands above its modules, and
    /// they may well use what it holds for them; the root of a crate may not be needed by what it needs.
    fn rings(&self) -> BTreeMap<Module, BTreeSet<String>> {
        let needs = self.needs();
        let folders: BTreeSet<Module> = self
            .0
            .keys()
            .filter_map(|module| module.split_last().map(|(_, folder)| folder.to_vec()))
            .collect();
        let mut rings = BTreeMap::new();
        for folder in folders {
            let child = |module: &Module| {
                let rest = module.strip_prefix(folder.as_slice())?;
                match rest.first() {
                    Some(name) => Some(name.clone()),
                    None => folder.is_empty().then(|| "the root".to_owned()),
                }
            };
            let inside = needs
                .iter()
                .filter_map(|(from, to)| Some((child(from)?, child(to)?)))
                .filter(|(from, to)| from != to);
            let ring = ring(inside.collect());
            if !ring.is_empty() {
                rings.insert(folder, ring);
            }
        }
        rings
    }

    /// Names of types that are declared more than once, each with its modules.
    fn names_of_two(&self) -> BTreeMap<String, Vec<Module>> {
        let mut names: BTreeMap<String, Vec<Module>> = BTreeMap::new();
        for (module, text) in &self.0 {
            for name in text.lines().filter_map(declared) {
                names
                    .entry(name.to_owned())
                    .or_default()
                    .push(module.clone());
            }
        }
        names.retain(|_, modules| modules.len() > 1);
        names
    }
}

fn gather(folder: &Path, module: &[String], sources: &mut BTreeMap<Module, String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let mut inner = module.to_vec();
        if name != "tests" && path.is_dir() {
            inner.push(name);
            gather(&path, &inner, sources);
        } else if name != "tests" && path.extension().is_some_and(|kind| kind == "rs") {
            if !["lib", "main", "mod"].contains(&name.as_str()) {
                inner.push(name);
            }
            sources.insert(inner, code(&std::fs::read_to_string(&path).unwrap()));
        }
    }
}

/// What is compiled into the crate: no comments, and no tests at the end of the file.
fn code(text: &str) -> String {
    let end = text.find("#[cfg(test)]\nmod tests {").unwrap_or(text.len());
    let lines = text[..end]
        .lines()
        .map(|line| line.split("//").next().unwrap_or_default());
    lines.collect::<Vec<_>>().join("\n")
}

/// A line that declares a type gives its name. A `type` that is indented is one of a trait.
fn declared(line: &str) -> Option<&str> {
    let mut words = line
        .split(|sign: char| !(sign.is_alphanumeric() || "_()".contains(sign)))
        .filter(|word| !word.is_empty() && !word.starts_with("pub"));
    let keyword = words.next()?;
    let indented = line.starts_with(' ');
    let declares =
        ["struct", "enum", "union", "trait"].contains(&keyword) || (keyword == "type" && !indented);
    declares.then(|| words.next()).flatten()
}

/// Words, and the signs of paths; everything else is one sign a character.
fn tokens(text: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let word = rest
            .find(|sign: char| !(sign.is_alphanumeric() || sign == '_'))
            .unwrap_or(rest.len());
        let length = if word > 0 {
            word
        } else if rest.starts_with("::") {
            2
        } else {
            first.len_utf8()
        };
        let (token, after) = rest.split_at(length);
        tokens.push(token);
        rest = after.trim_start();
    }
    tokens
}

fn is_word(token: &str) -> bool {
    token.starts_with(|sign: char| sign.is_alphabetic() || sign == '_')
}

/// Every path of a tree such as `crate::{a::b, c::{d, e}}`, and how many tokens it takes.
fn tree(tokens: &[&str], above: &Module, found: &mut Vec<Module>) -> usize {
    let mut path = above.clone();
    let mut at = 0;
    loop {
        match tokens.get(at) {
            Some(&"{") => {
                at += 1;
                while tokens.get(at).is_some_and(|token| *token != "}") {
                    at += tree(&tokens[at..], &path, found).max(1);
                }
                return at + 1;
            }
            Some(word) if is_word(word) => path.push((*word).to_owned()),
            _ => {
                found.push(path);
                return at;
            }
        }
        at += 1;
        if tokens.get(at) != Some(&"::") {
            found.push(path);
            return at;
        }
        at += 1;
    }
}

/// Every path that begins at the crate, at this module, or at the one above.
fn paths(text: &str) -> Vec<Module> {
    let tokens = tokens(text);
    let mut found = Vec::new();
    for at in 0..tokens.len() {
        let begins = ["crate", "self", "super"].contains(&tokens[at])
            && tokens.get(at + 1) == Some(&"::")
            && (at == 0 || !["::", "$"].contains(&tokens[at - 1]));
        if begins {
            tree(&tokens[at..], &Module::new(), &mut found);
        }
    }
    found
}

/// What the `use` lines of a module bring.
fn uses(text: &str) -> Vec<Module> {
    let tokens = tokens(text);
    let mut found = Vec::new();
    for at in (0..tokens.len()).filter(|&at| tokens[at] == "use") {
        tree(&tokens[at + 1..], &Module::new(), &mut found);
    }
    found
}

/// A root that only passes names on needs nothing of the modules that they come from.
fn without_passing_on(text: &str) -> String {
    let mut statements = text.split_inclusive(';');
    let mut kept = String::new();
    for statement in &mut statements {
        if !statement.trim_start().starts_with("pub use ") {
            kept.push_str(statement);
        }
    }
    kept
}

/// A path from the root of the crate.
fn absolute(path: &Module, module: &Module) -> Module {
    let ups = path.iter().take_while(|word| *word == "super").count();
    let (base, rest) = match path.first().map(String::as_str) {
        Some("crate") => (&module[..0], &path[1..]),
        Some("self") => (&module[..], &path[1..]),
        Some("super") => (&module[..module.len().saturating_sub(ups)], &path[ups..]),
        _ => (&module[..], &path[..]),
    };
    base.iter().chain(rest).cloned().collect()
}

/// Who is left when whoever needs nobody, or is needed by nobody, is taken away again and again.
fn ring(mut needs: BTreeSet<(String, String)>) -> BTreeSet<String> {
    loop {
        let needing: BTreeSet<String> = needs.iter().map(|(from, _)| from.clone()).collect();
        let needed: BTreeSet<String> = needs.iter().map(|(_, to)| to.clone()).collect();
        let before = needs.len();
        needs.retain(|(from, to)| needing.contains(to) && needed.contains(from));
        if needs.len() == before {
            return needing;
        }
    }
}

fn crates() -> Vec<String> {
    let folders = std::fs::read_dir(repository().join("crates")).unwrap();
    let mut names: Vec<String> = folders
        .map(|entry| entry.unwrap().file_name().to_str().unwrap().to_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn no_two_modules_of_a_crate_need_each_other() {
    for name in &crates() {
        let rings = Sources::of(name).rings();
        assert!(rings.is_empty(), "{name}: {rings:?}");
    }
}

#[test]
fn a_types_name_means_one_thing_in_a_crate() {
    for name in &crates() {
        let twice = Sources::of(name).names_of_two();
        assert!(twice.is_empty(), "{name}: {twice:?}");
    }
}

/// What one kind of source is read with is nobody's affair above its folder.
#[test]
fn drivers_of_sources_stay_in_their_folders() {
    for above in ["bunri-extract", "bunri-inspect"] {
        let Sources(modules) = Sources::of(above);
        assert!(
            modules.values().all(|text| !text.contains("rusqlite")),
            "{above}"
        );
    }
    let Sources(modules) = Sources::of("bunri-source");
    let folder = ["sqlite"].map(str::to_owned);
    let with_driver = modules.iter().filter(|(_, text)| text.contains("rusqlite"));
    let (inside, outside): (Vec<_>, Vec<_>) =
        with_driver.partition(|(module, _)| module.starts_with(&folder));
    let outside: Vec<_> = outside.into_iter().map(|(module, _)| module).collect();
    assert!(outside.is_empty(), "{outside:?}");
    assert!(!inside.is_empty());
}

/// Sources of a crate that nobody wrote to disk.
fn made(files: &[(&str, &str)]) -> Sources {
    let module = |path: &str| -> Module {
        path.split('/')
            .filter(|name| !name.is_empty())
            .map(str::to_owned)
            .collect()
    };
    Sources(
        files
            .iter()
            .map(|(path, text)| (module(path), code(text)))
            .collect(),
    )
}

#[test]
fn a_ring_is_seen_however_it_is_written() {
    let root = ("", "mod a;\nmod b;\npub use a::A;\npub use b::{B, Other};");
    for (a, b) in [
        ("use crate::b::B;", "use crate::a::A;"),
        ("use crate::{\n    B,\n};", "fn f() -> crate::A {}"),
        ("use super::b;", "use super::{a::{A as Else}};"),
        ("fn f() { crate::b::g::<u8>() }", "use crate::A;"),
    ] {
        let rings = made(&[root, ("a", a), ("b", b)]).rings();
        let ring: Vec<&String> = rings[&Module::new()].iter().collect();
        assert_eq!(ring, ["a", "b"], "{a} {b}");
    }
    let in_a_folder = made(&[
        root,
        ("b", ""),
        ("a", "mod c;\nmod d;\nuse self::d::D;"),
        ("a/c", "use super::D;"),
        ("a/d", "use super::c::C;"),
    ]);
    assert!(in_a_folder.rings().contains_key(&vec!["a".to_owned()]));
    let through_the_root = made(&[
        ("", "mod a;\nfn main() { a::go(); self::a::go() }"),
        ("a", "use crate::main;"),
    ]);
    assert_eq!(through_the_root.rings().len(), 1);
}

#[test]
fn one_way_is_no_ring_and_tests_do_not_count() {
    let sources = made(&[
        ("", "mod a;\nmod b;\npub use a::A;\npub use b::B;"),
        ("a", "use crate::B;\n// crate::a is where we are"),
        ("b", "#[cfg(test)]\nmod tests {\n    use crate::a::A;\n}"),
    ]);
    assert!(sources.rings().is_empty(), "{:?}", sources.rings());
}

#[test]
fn a_name_of_two_types_is_seen() {
    let sources = made(&[
        ("", ""),
        ("a", "pub(crate) struct Kind<'a> {\n    type Item = u8;"),
        ("b", "enum Kind {}\nimpl Row {\n    type Item = u8;"),
    ]);
    assert_eq!(sources.names_of_two().keys().collect::<Vec<_>>(), ["Kind"]);
}
