//! What can be wrong with a folder of delimited files. Names files, tables, columns and lines, never a value.

use std::io;
use std::path::PathBuf;

/// Why files cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum DelimitedError {
    /// The file system said no, or a packed file is damaged.
    #[error("cannot read `{}`: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// Its unpacker gave up.
    #[error(
        "`{}` is damaged, cut short, or has something behind its end: {source}; fetch it again",
        path.display()
    )]
    Packed {
        /// The file.
        path: PathBuf,
        /// What the unpacker says.
        source: io::Error,
    },
    /// A name that is no text.
    #[error("`{}`: a file of which the name is no UTF-8, or has a line break; rename it", path.display())]
    Name {
        /// The file.
        path: PathBuf,
    },
    /// Nothing is there for an entry of the job.
    #[error("no file of `{}` matches \"{pattern}\", which the job names for table \"{table}\"", folder.display())]
    NoFile {
        /// The folder.
        folder: PathBuf,
        /// The table.
        table: String,
        /// As the job writes it.
        pattern: String,
    },
    /// Two tables want one file.
    #[error(
        "`{file}` is a file of table \"{one}\" and of table \"{other}\": correct `[source.delimited.tables]` of the job"
    )]
    TwoTables {
        /// The file.
        file: String,
        /// A table.
        one: String,
        /// Another.
        other: String,
    },
    /// Two files are called after one table.
    #[error(
        "`{one}` and `{other}` are both called after table \"{table}\": say in `[source.delimited.tables]` of the job which it is made of"
    )]
    TwoFiles {
        /// The table.
        table: String,
        /// A file.
        one: String,
        /// Another.
        other: String,
    },
    /// A file that the job did not describe.
    #[error("`{file}` {what}")]
    Form {
        /// The file.
        file: String,
        /// What is wrong and what to do.
        what: &'static str,
    },
    /// The first line is no list of names.
    #[error(
        "`{file}`: its first line is no list of column names ({what}); correct `header`, `delimiter` or `encoding` of the job"
    )]
    Header {
        /// The file.
        file: String,
        /// What is wrong with it.
        what: &'static str,
    },
    /// Files of one table with different columns.
    #[error(
        "`{one}` and `{other}` have different first lines, and are files of one table (\"{table}\")"
    )]
    Headers {
        /// The table.
        table: String,
        /// A file.
        one: String,
        /// Another.
        other: String,
    },
    /// Nobody said which columns a table has.
    #[error(
        "table \"{table}\" has no header: name its columns in `[source.delimited.tables]` of the job"
    )]
    NoColumns {
        /// The table.
        table: String,
    },
    /// A record that nobody should hold.
    #[error(
        "`{file}`, line {line}: the record that begins there is longer than 64 MiB; perhaps a quote in it is never closed"
    )]
    TooLong {
        /// The file.
        file: String,
        /// Its first line.
        line: u64,
    },
    /// A quote to the end of the file.
    #[error(
        "`{file}`, line {line}: a quote in the record that begins there is never closed, so nobody can say how many rows it holds; \
         mend the file, or correct `quote` of the job"
    )]
    Unclosed {
        /// The file.
        file: String,
        /// Its first line.
        line: u64,
    },
    /// Not what it was when extraction began.
    #[error("`{}` changed while it was read ({what}); nothing was completed, run again when nobody writes there", path.display())]
    Changed {
        /// The folder or file.
        path: PathBuf,
        /// How that was seen.
        what: &'static str,
    },
}
