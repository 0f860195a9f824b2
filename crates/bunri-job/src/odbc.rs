//! `[source.odbc]`: a database that is reached through a driver of ODBC. docs/odbc.md says what each key means.

use std::collections::BTreeMap;
use std::path::Path;

use bunri_text::{Item, Log, Section, readable};

use crate::one_line::one_line;
use crate::password::PasswordPlace;
use crate::secret_place::password_place;

/// A database, and the driver that reaches it. Holds no password.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct OdbcSource {
    /// What the driver manager looks up.
    pub entrance: OdbcEntrance,
    /// What the driver is told beside it, by key. None is a secret.
    pub attributes: BTreeMap<String, String>,
    /// Who asks; none: the data source says, or nobody is asked.
    pub user: Option<String>,
    /// Where the password stands, if one is needed.
    pub password: Option<PasswordPlace>,
    /// Whose tables are called by their names alone; none: the database's usual one.
    pub schema: Option<String>,
    /// By which name the state of a database is known that nobody writes to; none: it is in use.
    pub rest: Option<String>,
}

/// What the driver manager looks up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OdbcEntrance {
    /// A driver: its name in `odbcinst.ini`, or the path of its library.
    Driver(String),
    /// A data source of `odbc.ini`.
    Dsn(String),
}

impl OdbcSource {
    /// A source that is reached so, by nobody in particular.
    #[must_use]
    pub fn new(entrance: OdbcEntrance, attributes: BTreeMap<String, String>) -> Self {
        Self {
            entrance,
            attributes,
            user: None,
            password: None,
            schema: None,
            rest: None,
        }
    }

    /// How messages call it. Of the attributes the database alone: a driver's own may be anything.
    #[must_use]
    pub fn place(&self) -> String {
        let (OdbcEntrance::Driver(name) | OdbcEntrance::Dsn(name)) = &self.entrance;
        match self.database() {
            Some(database) => format!("odbc:{name}/{database}"),
            None => format!("odbc:{name}"),
        }
    }

    /// The database that the attributes name.
    #[must_use]
    pub fn database(&self) -> Option<&str> {
        let names = ["database", "db", "dbq", "dbname"];
        let named = |key: &String| names.contains(&key.to_ascii_lowercase().as_str());
        let found = self.attributes.iter().find(|(key, _)| named(key));
        found.map(|(_, value)| value.as_str())
    }
}

/// Keys that the job has in a place of their own; in the driver's words.
const OWN_KEYS: [(&str, &str); 7] = [
    ("driver", "`driver`"),
    ("dsn", "`dsn`"),
    ("filedsn", "`dsn`"),
    ("savefile", "`dsn`"),
    ("uid", "`user`"),
    ("user", "`user`"),
    ("username", "`user`"),
];
/// Parts of the names of keys that hold secrets.
const SECRET_PARTS: [&str; 6] = [
    "pwd",
    "passw",
    "secret",
    "token",
    "credential",
    "passphrase",
];

pub(crate) fn odbc(value: &Item<'_>, base: &Path, log: &mut Log) -> Option<OdbcSource> {
    let mut section = Section::open(value, "`[source.odbc]`", log)?;
    let driver = readable(section.take("driver"), |value| one_line(value, log));
    let dsn = readable(section.take("dsn"), |value| one_line(value, log));
    let attributes = readable(section.take("attributes"), |value| attributes(value, log));
    let user = readable(section.take("user"), |value| one_line(value, log));
    let password = readable(section.take("password"), |value| {
        password_place(value, base, "", log)
    });
    let schema = readable(section.take("schema"), |value| one_line(value, log));
    let rest = readable(section.take("rest"), |value| one_line(value, log));
    let spot = section.spot();
    section.close(log);
    let entrance = match (driver?, dsn?) {
        (Some(driver), None) if driver.value.contains(['{', '}', ';']) => {
            log.refuse(
                driver.spot,
                "`driver` is a name in odbcinst.ini, or the path of a library",
            );
            return None;
        }
        (Some(driver), None) => OdbcEntrance::Driver(driver.value),
        (None, Some(dsn)) => OdbcEntrance::Dsn(dsn.value),
        _ => {
            let message = "`[source.odbc]` has one of `driver`, a name in odbcinst.ini, and `dsn`, one in odbc.ini";
            log.refuse(spot, message);
            return None;
        }
    };
    let mut source = OdbcSource::new(entrance, attributes?.unwrap_or_default());
    source.user = user?.map(|name| name.value);
    source.password = password?;
    source.schema = schema?.map(|name| name.value);
    source.rest = rest?.map(|name| name.value);
    Some(source)
}

/// What the driver is told. No secret stands there, and nothing that has its own key in the job.
fn attributes(value: &Item<'_>, log: &mut Log) -> Option<BTreeMap<String, String>> {
    let entries = Section::open(value, "`attributes`", log)?.take_all();
    let mut attributes = BTreeMap::new();
    let mut sound = true;
    for entry in &entries {
        let key = entry.key.to_ascii_lowercase();
        let plain = |sign: char| sign.is_ascii_alphanumeric() || "_ -".contains(sign);
        let problem = if SECRET_PARTS.iter().any(|part| key.contains(part)) {
            Some(
                "a password does not stand in a job: `password = { env = \"NAME\" }` or `password = { file = \"path\" }` beside \
                 `attributes`"
                    .to_owned(),
            )
        } else if let Some((_, own)) = OWN_KEYS.iter().find(|(own, _)| *own == key) {
            Some(format!("`{}` is {own} of `[source.odbc]`", entry.key))
        } else if !entry.key.chars().all(plain) || entry.key.is_empty() {
            Some("the name of an attribute has letters, digits and `_`".to_owned())
        } else {
            None
        };
        if let Some(problem) = problem {
            log.refuse(entry.spot, problem);
            sound = false;
            continue;
        }
        match one_line(&entry.value, log) {
            Some(text) => drop(attributes.insert(entry.key.to_owned(), text.value)),
            None => sound = false,
        }
    }
    sound.then_some(attributes)
}
