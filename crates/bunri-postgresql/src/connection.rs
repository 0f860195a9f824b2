//! One connection: statements, and the rows that come back. A connection is one thread's; the driver's tasks run inside the calls, on a
//! runtime of the connection's own, so that no other thread is needed.

use std::io::Cursor;
use std::pin::pin;
use std::time::{Duration, Instant};

use futures_util::{SinkExt, TryStreamExt};
use tokio::runtime::{Builder, Runtime};
use tokio_postgres::{CancelToken, Client, NoTls, SimpleQueryMessage};

use crate::error::{PostgresqlError, explain, words};
use crate::pace::Pace;
use crate::server::Server;

/// How long a server may take to let a client in. Its own limit (`authentication_timeout`) is a minute.
const LOGIN: Duration = Duration::from_secs(90);

/// How long a server may take to hear that a statement is to end.
const INTERRUPT: Duration = Duration::from_secs(10);

/// A connection.
pub struct Connection {
    runtime: Runtime,
    client: Client,
    server: Server,
}

/// Rows of text, as the simple protocol gives them; NULL is [`None`].
pub type Rows = Vec<Vec<Option<String>>>;

/// Ends the statement of a connection from another thread.
pub struct Interrupter {
    token: CancelToken,
    server: Server,
}

impl std::fmt::Debug for Interrupter {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "an end to a statement of {}", self.server.place())
    }
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "a connection to {}", self.server.place())
    }
}

fn runtime(server: &Server) -> Result<Runtime, PostgresqlError> {
    Builder::new_current_thread()
        .enable_io()
        .enable_time()
        .build()
        .map_err(|source| PostgresqlError::System {
            place: server.place().to_owned(),
            source,
        })
}

impl Connection {
    /// A connection, in no transaction.
    ///
    /// # Errors
    /// When the server cannot be reached or lets nobody in.
    pub fn open(server: &Server) -> Result<Self, PostgresqlError> {
        Self::open_within(server, LOGIN)
    }

    fn open_within(server: &Server, limit: Duration) -> Result<Self, PostgresqlError> {
        let config = server.config()?;
        let runtime = runtime(server)?;
        let login = async {
            if let Some(tls) = server.tls() {
                let (client, connection) = config.connect(tls).await?;
                // What ends it is told to whoever asks next.
                tokio::spawn(async move { drop(connection.await) });
                return Ok(client);
            }
            let (client, connection) = config.connect(NoTls).await?;
            tokio::spawn(async move { drop(connection.await) });
            Ok::<_, tokio_postgres::Error>(client)
        };
        let refuse = |why: String| PostgresqlError::Connect {
            place: server.place().to_owned(),
            why,
        };
        // The driver's own limit ends when the socket is connected.
        let connected = runtime.block_on(async { tokio::time::timeout(limit, login).await });
        let connected = connected.map_err(|_| {
            let seconds = limit.as_secs();
            refuse(format!(
                "it does not let anybody in within {seconds} seconds"
            ))
        })?;
        let client = connected.map_err(|refused| {
            refuse(match refused.as_db_error() {
                Some(said) => words(said, server.use_of()),
                None => own_words(refused),
            })
        })?;
        Ok(Self {
            runtime,
            client,
            server: server.clone(),
        })
    }

    /// The server.
    #[must_use]
    pub fn server(&self) -> &Server {
        &self.server
    }

    /// Whether it has ended.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    /// Leaves the server, in the middle of an answer if there is one. Nothing can be asked after that.
    ///
    /// # Errors
    /// When the operating system gives nothing.
    pub fn close(&mut self) -> Result<(), PostgresqlError> {
        // The driver's task, which has the socket, goes with the runtime that it runs on.
        self.runtime = runtime(&self.server)?;
        Ok(())
    }

    fn explain(&self, action: &str) -> impl Fn(tokio_postgres::Error) -> PostgresqlError {
        let (place, action) = (self.server.place().to_owned(), action.to_owned());
        let use_of = self.server.use_of();
        move |error| explain(&place, &action, use_of, &error)
    }

    /// Runs statements whose answers nobody needs. `action` completes "refuses to …".
    ///
    /// # Errors
    /// What the server says.
    pub fn execute(&self, action: &str, sql: &str) -> Result<(), PostgresqlError> {
        self.runtime
            .block_on(self.client.batch_execute(sql))
            .map_err(self.explain(action))
    }

    /// All rows of a statement, as text: for what is small.
    ///
    /// # Errors
    /// What the server says.
    pub fn rows(&self, action: &str, sql: &str) -> Result<Rows, PostgresqlError> {
        let mut rows = Rows::new();
        self.answer(action, sql, None, |row| {
            rows.push(row.iter().map(|cell| cell.map(str::to_owned)).collect());
            Ok::<_, PostgresqlError>(())
        })?;
        Ok(rows)
    }

    /// Gives every row of a statement as text, as the server writes it, over the simple protocol.
    ///
    /// # Errors
    /// What the server says, and the taker's own.
    pub fn each_row<E: From<PostgresqlError>>(
        &self,
        action: &str,
        sql: &str,
        take: impl FnMut(&[Option<&str>]) -> Result<(), E>,
    ) -> Result<(), E> {
        self.answer(action, sql, self.server.pace(), take)
    }

    fn answer<E: From<PostgresqlError>>(
        &self,
        action: &str,
        sql: &str,
        pace: Option<&Pace>,
        mut take: impl FnMut(&[Option<&str>]) -> Result<(), E>,
    ) -> Result<(), E> {
        let explain = self.explain(action);
        let place = || PostgresqlError::Protocol {
            place: self.server.place().to_owned(),
            action: action.to_owned(),
        };
        self.runtime.block_on(async {
            let messages = self.client.simple_query_raw(sql).await.map_err(&explain)?;
            let mut messages = pin!(messages);
            while let Some(message) = messages.try_next().await.map_err(&explain)? {
                if let SimpleQueryMessage::Row(row) = message {
                    if let Some(pace) = pace {
                        keep(pace).await;
                    }
                    let cells: Result<Vec<Option<&str>>, _> =
                        (0..row.len()).map(|at| row.try_get(at)).collect();
                    take(&cells.map_err(|_| place())?)?;
                }
            }
            Ok(())
        })
    }

    /// Gives what `COPY … TO STDOUT` sends, piece by piece; `take` says whether it wants more. Where it does not, the connection is of no
    /// more use: the server goes on sending, and what it sends is read before the answer to the next statement.
    ///
    /// # Errors
    /// What the server says, and the taker's own.
    pub fn copy_out<E: From<PostgresqlError>>(
        &self,
        action: &str,
        sql: &str,
        mut take: impl FnMut(&[u8]) -> Result<bool, E>,
    ) -> Result<(), E> {
        let explain = self.explain(action);
        self.runtime.block_on(async {
            let pieces = self.client.copy_out(sql).await.map_err(&explain)?;
            let mut pieces = pin!(pieces);
            while let Some(piece) = pieces.try_next().await.map_err(&explain)? {
                if !take(&piece)? {
                    break;
                }
                // The server sends a row a piece.
                if let Some(pace) = self.server.pace() {
                    keep(pace).await;
                }
            }
            Ok(())
        })
    }

    /// Takes what `COPY … FROM STDIN` is to be given, piece by piece, until there is none; gives how many rows the server says that it
    /// took. Where `next` fails, the statement is ended, and with it the transaction.
    ///
    /// # Errors
    /// What the server says, and the giver's own.
    pub fn copy_in<E: From<PostgresqlError>>(
        &self,
        action: &str,
        sql: &str,
        mut next: impl FnMut() -> Result<Option<Vec<u8>>, E>,
    ) -> Result<u64, E> {
        let explain = self.explain(action);
        self.runtime.block_on(async {
            let sink = self.client.copy_in(sql).await.map_err(&explain)?;
            let mut sink = pin!(sink);
            while let Some(piece) = next()? {
                sink.send(Cursor::new(piece)).await.map_err(&explain)?;
            }
            Ok(sink.finish().await.map_err(&explain)?)
        })
    }

    /// What ends a statement of this connection from another thread.
    #[must_use]
    pub fn interrupter(&self) -> Interrupter {
        Interrupter {
            token: self.client.cancel_token(),
            server: self.server.clone(),
        }
    }
}

impl Interrupter {
    /// Ends the statement that runs, if one does. A server that cannot be reached, or says nothing for ten seconds, has ended it already.
    pub fn interrupt(&self) {
        let Ok(runtime) = runtime(&self.server) else {
            return;
        };
        let ask = async {
            match self.server.tls() {
                Some(tls) => self.token.cancel_query(tls).await,
                None => self.token.cancel_query(NoTls).await,
            }
        };
        // A server that is silent is one that cannot be reached: whoever stops a run must not wait for it.
        let asked = runtime.block_on(async { tokio::time::timeout(INTERRUPT, ask).await });
        drop(asked);
    }
}

/// Waits after a row where the server is to be spared. What is not read the server keeps back.
async fn keep(pace: &Pace) {
    let wait = pace.take(Instant::now());
    if !wait.is_zero() {
        tokio::time::sleep(wait).await;
    }
}

/// The words of an error that no server said.
fn own_words(error: tokio_postgres::Error) -> String {
    let own = error.to_string();
    match error.into_source() {
        Some(source) => format!("{own}: {source}"),
        None => own,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::net::TcpListener;

    use bunri_job::load_target;

    use super::*;

    #[test]
    fn a_server_that_takes_the_connection_and_says_nothing_is_not_waited_for() {
        // The system takes connections for whoever listens.
        let silent = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = silent.local_addr().unwrap().port();
        let url = format!(
            "postgresql://bunri@127.0.0.1:{port}/legacy?store=retail&schema=public&tls=off"
        );
        let target = load_target(&url).unwrap();
        let server = Server::target(&target.server).unwrap();
        let refused = Connection::open_within(&server, Duration::from_millis(200)).unwrap_err();
        let said = refused.to_string();
        assert!(said.contains("does not let anybody in"), "{said}");
    }
}
