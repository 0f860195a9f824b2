//! A MariaDB server of a story's own: in a folder that vanishes, on loopback and a socket, stopped when the story ends.

use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::postgresql::server::free_port;

/// A server that runs.
pub(crate) struct Mariadb {
    folder: TempDir,
    port: u16,
    child: Option<Child>,
}

impl Mariadb {
    /// With a database `legacy`, and a user `reader` that may read all of it.
    pub(crate) fn start() -> Self {
        let folder = tempfile::Builder::new()
            .prefix("bunri-my-")
            .tempdir_in("/tmp")
            .unwrap();
        let mut server = Self {
            folder,
            port: free_port(),
            child: None,
        };
        let made = Command::new("mariadb-install-db")
            .args([
                "--no-defaults",
                "--skip-test-db",
                "--auth-root-authentication-method=normal",
            ])
            .args(server.as_user())
            .arg(format!("--datadir={}", server.data()))
            .arg(format!("--tmpdir={}", server.folder.path().display()))
            .output()
            .expect("MariaDB's server is missing; type `make test`, which brings it");
        assert!(made.status.success(), "mariadb-install-db: {made:?}");
        server.run();
        server.sql(
            "CREATE DATABASE legacy CHARACTER SET utf8mb4; CREATE USER reader IDENTIFIED BY 's3cret;ko}to{ba'; \
             GRANT SELECT, SHOW VIEW ON legacy.* TO reader;",
        );
        server
    }

    fn data(&self) -> String {
        self.folder.path().join("data").display().to_string()
    }

    fn socket(&self) -> String {
        self.folder.path().join("s").display().to_string()
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The server refuses to run as root unless it is told to.
    fn as_user(&self) -> Vec<String> {
        let is_root = std::fs::metadata("/proc/self")
            .is_ok_and(|about| std::os::unix::fs::MetadataExt::uid(&about) == 0);
        if is_root {
            vec!["--user=root".to_owned()]
        } else {
            Vec::new()
        }
    }

    /// Starts it on what lies in its folder.
    pub(super) fn run(&mut self) {
        let log = std::fs::File::create(self.folder.path().join("log")).unwrap();
        let server = Command::new("/usr/sbin/mariadbd")
            .arg("--no-defaults")
            .args(self.as_user())
            .arg(format!("--datadir={}", self.data()))
            // A server that starts removes the temporary tables of all that share its folder.
            .arg(format!("--tmpdir={}", self.folder.path().display()))
            .arg(format!("--socket={}", self.socket()))
            .arg(format!("--port={}", self.port))
            .args([
                "--bind-address=127.0.0.1",
                "--skip-log-bin",
                "--skip-name-resolve",
            ])
            .args([
                "--innodb-flush-log-at-trx-commit=0",
                "--innodb-buffer-pool-size=64M",
            ])
            .args(["--innodb-log-file-size=16M", "--max-allowed-packet=256M"])
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        self.child = Some(server);
        let begun = Instant::now();
        while !self.client("mysql", "SELECT 1").status.success() {
            assert!(
                begun.elapsed() < Duration::from_secs(90),
                "the server does not answer: {}",
                std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
            );
            thread::sleep(Duration::from_millis(100));
        }
    }

    /// Ends it as a power cut would.
    pub(super) fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    fn client(&self, database: &str, script: &str) -> Output {
        let mut client = Command::new("mariadb")
            .args([
                "--no-defaults",
                "-uroot",
                "--default-character-set=utf8mb4",
                "-N",
            ])
            .args(["--max-allowed-packet=256M"])
            .arg(format!("--socket={}", self.socket()))
            .arg(database)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut input = client.stdin.take().unwrap();
        // A server that is not there yet reads nothing.
        let _ = input.write_all(script.as_bytes());
        drop(input);
        client.wait_with_output().unwrap()
    }

    /// Runs statements in the database `legacy`, or in none before it is there; gives what they print.
    pub(crate) fn sql(&self, script: &str) -> String {
        let database = if script.starts_with("CREATE DATABASE") {
            "mysql"
        } else {
            "legacy"
        };
        let out = self.client(database, script);
        assert!(
            out.status.success(),
            "mariadb: {}",
            String::from_utf8_lossy(&out.stderr)
        );
        String::from_utf8(out.stdout).unwrap().trim().to_owned()
    }

    /// `[source]` of a job that reads the database; `more` are further keys.
    pub(crate) fn source(&self, more: &str) -> String {
        format!(
            "odbc = {{ driver = \"MariaDB Unicode\", attributes = {{ SERVER = \"127.0.0.1\", PORT = \"{}\", DATABASE = \"legacy\" }}, \
             user = \"reader\", password = {{ env = \"LEGACY_PASSWORD\" }}{more} }}",
            self.port
        )
    }
}

impl Drop for Mariadb {
    fn drop(&mut self) {
        // Nothing of it is kept.
        self.kill();
    }
}
