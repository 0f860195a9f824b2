//! A PostgreSQL server of a story's own: in a folder that vanishes, on loopback and a socket, stopped when the story ends.

use std::fs::Permissions;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::rig::{Ended, Rig};

/// A server that runs.
pub(crate) struct Server {
    folder: TempDir,
    port: u16,
    child: Option<Child>,
    /// PostgreSQL refuses to run as root: then it runs as the user that its package makes.
    user: Option<(u32, u32)>,
}

/// The folder of the server's programs: Debian keeps them out of the way.
fn programs() -> PathBuf {
    let packaged = std::fs::read_dir("/usr/lib/postgresql");
    let mut versions: Vec<PathBuf> = packaged
        .map(|entries| entries.flatten().map(|entry| entry.path()).collect())
        .unwrap_or_default();
    versions.sort();
    let programs = versions.last().map(|version| version.join("bin"));
    programs
        .filter(|folder| folder.join("initdb").is_file())
        .expect("PostgreSQL's server is missing; type `make test`, which brings it")
}

fn number(of: &str) -> u32 {
    let out = Command::new("id").args([of, "postgres"]).output().unwrap();
    let text = String::from_utf8(out.stdout).unwrap();
    text.trim().parse().expect("a user `postgres`")
}

pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

impl Server {
    pub(crate) fn start() -> Self {
        Self::start_with(&["--encoding=UTF8", "--locale=C.UTF-8"])
    }

    /// With these words for `initdb`.
    pub(crate) fn start_with(words: &[&str]) -> Self {
        let mut server = Self::empty();
        let data = server.data();
        let made = server
            .program("initdb")
            .arg("-D")
            .arg(&data)
            .args(["-U", "postgres", "--auth=trust", "--no-sync"])
            .args(words)
            .output()
            .unwrap();
        assert!(
            made.status.success(),
            "initdb: {}",
            String::from_utf8_lossy(&made.stderr)
        );
        server.run();
        server
    }

    /// A standby of this server, that has replayed all of it and stands still.
    pub(crate) fn standby(&self) -> Self {
        let mut server = Self::empty();
        let data = server.data();
        let copied = server
            .program("pg_basebackup")
            .arg("-D")
            .arg(&data)
            .args(["-R", "-X", "stream", "-c", "fast", "-h", "127.0.0.1"])
            .args(["-p", &self.port.to_string(), "-U", "postgres"])
            .output()
            .unwrap();
        assert!(
            copied.status.success(),
            "pg_basebackup: {}",
            String::from_utf8_lossy(&copied.stderr)
        );
        server.run();
        server.psql("postgres", "SELECT pg_wal_replay_pause()");
        server
    }

    fn empty() -> Self {
        let folder = tempfile::Builder::new()
            .prefix("bunri-pg-")
            .tempdir_in("/tmp")
            .unwrap();
        let is_root = std::fs::metadata("/proc/self")
            .is_ok_and(|about| std::os::unix::fs::MetadataExt::uid(&about) == 0);
        let user = is_root.then(|| (number("-u"), number("-g")));
        if let Some((uid, gid)) = user {
            chown(folder.path(), Some(uid), Some(gid)).unwrap();
        }
        Self {
            folder,
            port: free_port(),
            child: None,
            user,
        }
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn program(&self, name: &str) -> Command {
        let mut command = Command::new(programs().join(name));
        command.current_dir(self.folder.path());
        if let Some((uid, gid)) = self.user {
            command.uid(uid).gid(gid);
        }
        command
    }

    /// Starts it on what lies in its folder.
    pub(crate) fn run(&mut self) {
        let log = std::fs::File::create(self.folder.path().join("log")).unwrap();
        let mut command = self.program("postgres");
        command
            .arg("-D")
            .arg(self.data())
            .args(["-p", &self.port.to_string(), "-k"])
            .arg(self.folder.path())
            .args(["-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"])
            .args(["-c", "autovacuum=off", "-c", "shared_buffers=32MB"])
            .stdout(Stdio::null())
            .stderr(log);
        self.child = Some(command.spawn().unwrap());
        let begun = Instant::now();
        while !self.try_psql("postgres", "SELECT 1").status.success() {
            assert!(
                begun.elapsed() < Duration::from_secs(60),
                "the server does not answer: {}",
                std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
            );
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// Ends it as a power cut would: nothing is written down first.
    pub(crate) fn kill(&mut self) {
        let child = self.child.as_mut().unwrap();
        // SIGQUIT: the server and all of its sessions end at once, and the next start recovers.
        signal("-QUIT", child.id());
        child.wait().unwrap();
        self.child = None;
    }

    fn try_psql(&self, database: &str, sql: &str) -> std::process::Output {
        Command::new(programs().join("psql"))
            .args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h"])
            .arg(self.folder.path())
            .args([
                "-p",
                &self.port.to_string(),
                "-U",
                "postgres",
                "-d",
                database,
                "-c",
                sql,
            ])
            .output()
            .unwrap()
    }

    /// Runs a statement and gives what it prints.
    pub(crate) fn psql(&self, database: &str, sql: &str) -> String {
        let out = self.try_psql(database, sql);
        assert!(
            out.status.success(),
            "psql: {}",
            String::from_utf8_lossy(&out.stderr)
        );
        String::from_utf8(out.stdout).unwrap().trim().to_owned()
    }

    /// What the server says against a statement, which it refuses.
    pub(crate) fn refuses(&self, database: &str, sql: &str) -> String {
        let out = self.try_psql(database, sql);
        assert!(!out.status.success(), "{sql} was not refused");
        String::from_utf8_lossy(&out.stderr).into_owned()
    }

    /// Runs a script.
    pub(crate) fn script(&self, database: &str, script: &str) {
        let mut psql = Command::new(programs().join("psql"))
            .args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-h"])
            .arg(self.folder.path())
            .args([
                "-p",
                &self.port.to_string(),
                "-U",
                "postgres",
                "-d",
                database,
            ])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut input = psql.stdin.take().unwrap();
        writeln!(input, "SET client_encoding = 'UTF8';").unwrap();
        input.write_all(script.as_bytes()).unwrap();
        drop(input);
        let out = psql.wait_with_output().unwrap();
        assert!(
            out.status.success(),
            "psql: {}",
            String::from_utf8_lossy(&out.stderr)
        );
    }

    /// A session that stays open: it runs a statement, gives the first line that it prints, and waits.
    pub(crate) fn session(&self, database: &str, sql: &str) -> (Child, String) {
        let mut psql = Command::new(programs().join("psql"))
            .args(["-X", "-q", "-A", "-t", "-h"])
            .arg(self.folder.path())
            .args([
                "-p",
                &self.port.to_string(),
                "-U",
                "postgres",
                "-d",
                database,
            ])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let input = psql.stdin.as_mut().unwrap();
        writeln!(input, "{sql}").unwrap();
        let mut line = String::new();
        let mut byte = [0];
        let out = psql.stdout.as_mut().unwrap();
        while out.read(&mut byte).unwrap() == 1 && byte != *b"\n" {
            line.push(char::from(byte[0]));
        }
        (psql, line)
    }

    /// From now on it lets this role alone in over TCP, by password and over TLS. The certificate is for `localhost`, and the rig has it as
    /// `ca.pem`.
    pub(crate) fn ask_for_tls(&self, rig: &Rig, role: &str) {
        certificate(
            rig.root(),
            "ca",
            &[
                "subjectAltName=DNS:localhost",
                "basicConstraints=critical,CA:FALSE",
            ],
        );
        for (from, to) in [("ca.key", "server.key"), ("ca.pem", "server.crt")] {
            let target = self.data().join(to);
            std::fs::copy(rig.path(from), &target).unwrap();
            std::fs::set_permissions(&target, Permissions::from_mode(0o600)).unwrap();
            if let Some((uid, gid)) = self.user {
                chown(&target, Some(uid), Some(gid)).unwrap();
            }
        }
        let access = format!(
            "local all all trust\nhostssl all {role} 127.0.0.1/32 scram-sha-256\nhost all all 127.0.0.1/32 reject\n"
        );
        std::fs::write(self.data().join("pg_hba.conf"), access).unwrap();
        self.psql("postgres", "ALTER SYSTEM SET ssl = on");
        self.psql("postgres", "SELECT pg_reload_conf()");
        thread::sleep(Duration::from_millis(300));
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// `[source]` of a job that reads this database; `more` are further keys.
    pub(crate) fn source(&self, database: &str, more: &str) -> String {
        format!(
            "postgresql = {{ host = {:?}, port = {}, database = {database:?}, user = \"postgres\"{more} }}",
            self.folder.path(),
            self.port
        )
    }
}

/// A certificate that says of itself whose it is, `NAME.pem`, and its key, `NAME.key`.
pub(super) fn certificate(folder: &Path, name: &str, extensions: &[&str]) {
    let mut command = Command::new("openssl");
    command
        .args(["req", "-x509", "-newkey", "rsa:2048", "-nodes"])
        .args(["-days", "2", "-subj", "/CN=localhost"])
        .args(["-keyout", &format!("{name}.key")])
        .args(["-out", &format!("{name}.pem")])
        .current_dir(folder);
    for extension in extensions {
        command.args(["-addext", extension]);
    }
    let made = command.output().unwrap();
    assert!(
        made.status.success(),
        "{}",
        String::from_utf8_lossy(&made.stderr)
    );
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            // SIGINT: sessions are ended, and the server with them.
            signal("-INT", child.id());
            let _ = child.wait();
        }
    }
}

fn signal(name: &str, process: u32) {
    let sent = Command::new("kill")
        .args([name, &process.to_string()])
        .status();
    assert!(sent.unwrap().success());
}

/// A pooler between clients and the server.
pub(super) struct Pooler {
    port: u16,
    child: Child,
    _folder: TempDir,
}

impl Pooler {
    /// `mode` is PgBouncer's `pool_mode`. So many connections to the server, and no more.
    pub(super) fn before(server: &Server, mode: &str, connections: usize) -> Self {
        let folder = tempfile::Builder::new()
            .prefix("bunri-pool-")
            .tempdir_in("/tmp")
            .unwrap();
        let port = free_port();
        let settings = format!(
            "[databases]\n* = host={} port={}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n\
             auth_type = trust\nauth_file = {}\npool_mode = {mode}\ndefault_pool_size = {connections}\n",
            server.folder().display(),
            server.port,
            folder.path().join("users").display()
        );
        std::fs::write(folder.path().join("users"), "\"postgres\" \"\"\n").unwrap();
        let file = folder.path().join("pgbouncer.ini");
        std::fs::write(&file, settings).unwrap();
        let mut command = Command::new("/usr/sbin/pgbouncer");
        command
            .arg(&file)
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        if let Some((uid, gid)) = server.user {
            for path in [folder.path(), &file, &folder.path().join("users")] {
                chown(path, Some(uid), Some(gid)).unwrap();
            }
            command.uid(uid).gid(gid);
        }
        let child = command
            .spawn()
            .expect("PgBouncer is missing; type `make test`, which brings it");
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(begun.elapsed() < Duration::from_secs(60), "no pooler");
            thread::sleep(Duration::from_millis(20));
        }
        Self {
            port,
            child,
            _folder: folder,
        }
    }

    /// `[source]` of a job that reads the server's database `postgres` through it.
    pub(super) fn source(&self, more: &str) -> String {
        format!(
            "postgresql = {{ host = \"127.0.0.1\", port = {}, database = \"postgres\", user = \"postgres\"{more} }}",
            self.port
        )
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Whose bytes a [`Proxy`] counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Counted {
    OfTheServer,
    OfTheClient,
}

/// Stands between a client and the server, and cuts the connection after so many bytes from one of them; the next one is let
/// through whole, or cut as well.
pub(crate) struct Proxy {
    port: u16,
    left: Arc<AtomicU64>,
    /// Connections that are let through once one was cut.
    lets: Arc<AtomicU64>,
    ended: Arc<AtomicBool>,
}

impl Proxy {
    pub(crate) fn before(server: &Server, counted: Counted, cuts_after: u64) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let left = Arc::new(AtomicU64::new(cuts_after));
        let ended = Arc::new(AtomicBool::new(false));
        let lets = Arc::new(AtomicU64::new(u64::MAX));
        let (to, cuts, end) = (server.port, Arc::clone(&left), Arc::clone(&ended));
        let further = Arc::clone(&lets);
        thread::spawn(move || {
            for (number, client) in listener.incoming().flatten().enumerate() {
                if end.load(Ordering::Relaxed) {
                    break;
                }
                let lets = further.load(Ordering::Relaxed);
                let has_cut = cuts.load(Ordering::Relaxed) == 0;
                if has_cut {
                    if lets == 0 {
                        continue;
                    }
                    further.store(lets.saturating_sub(1), Ordering::Relaxed);
                }
                let is_cut_with_it = lets < u64::MAX && number > 0 && !has_cut;
                let Ok(server) = TcpStream::connect(("127.0.0.1", to)) else {
                    continue;
                };
                let cuts = |side| (side == counted).then(|| Arc::clone(&cuts));
                let server_s = cuts(Counted::OfTheServer);
                carry(&server, &client, server_s, is_cut_with_it);
                let client_s = cuts(Counted::OfTheClient);
                carry(&client, &server, client_s, is_cut_with_it);
            }
        });
        Self {
            port,
            left,
            lets,
            ended,
        }
    }

    /// The same that cuts all connections but the first, which holds the snapshot, when it cuts one; and lets no more than so many
    /// through after that.
    pub(crate) fn then_letting(self, connections: u64) -> Self {
        self.lets.store(connections, Ordering::Relaxed);
        self
    }

    /// `[source]` of a job that goes through it.
    pub(crate) fn source(&self) -> String {
        format!(
            "postgresql = {{ host = \"127.0.0.1\", port = {}, database = \"postgres\", user = \"postgres\" }}",
            self.port
        )
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Whether a connection was cut.
    pub(crate) fn has_cut(&self) -> bool {
        self.left.load(Ordering::Relaxed) == 0
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }
}

/// Hands on what comes from one side. The counted bytes of all connections are counted together; who brings the last one is cut, and none
/// after it but those that are cut with it.
fn carry(from: &TcpStream, to: &TcpStream, left: Option<Arc<AtomicU64>>, is_cut_with_it: bool) {
    let (mut from, mut to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
    thread::spawn(move || {
        let mut buffer = [0; 8192];
        while let Ok(count @ 1..) = from.read(&mut buffer) {
            if let Some(left) = &left {
                let less = |left: u64| Some(left.saturating_sub(count as u64));
                let before = left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less);
                let is_last = matches!(before, Ok(before) if before > 0 && less(before) == Some(0));
                if is_last || (is_cut_with_it && before == Ok(0)) {
                    break;
                }
            }
            if to.write_all(&buffer[..count]).is_err() {
                break;
            }
        }
        for side in [&from, &to] {
            let _ = side.shutdown(std::net::Shutdown::Both);
        }
    });
}

/// What must be in no output, whatever goes wrong.
pub(crate) fn never_tells(ended: &Ended, secret: &str) {
    assert!(
        !ended.out.contains(secret) && !ended.err.contains(secret),
        "a secret was printed; {ended}"
    );
}
