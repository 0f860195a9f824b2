//! A connection's handle, with the environment that it lives in; what went wrong, as the driver records it.

use std::ffi::c_void;
use std::ptr::{null, null_mut};
use std::sync::{Arc, Mutex, PoisonError};

use zeroize::Zeroizing;

use super::functions::{
    ATTRIBUTE_AUTOCOMMIT, ATTRIBUTE_CONNECTION_DEAD, ATTRIBUTE_LOGIN_TIMEOUT,
    ATTRIBUTE_ODBC_VERSION, DRIVER_NO_PROMPT, Functions, HANDLE_CONNECTION, HANDLE_ENVIRONMENT,
    HANDLE_STATEMENT, NO_DATA, ODBC_3, ROLLBACK, Raw, Returned, SUCCESS, SUCCESS_WITH_INFO, Unit,
    functions, number,
};

/// Units of a message that are read; what is longer says nothing more.
const MESSAGE_UNITS: usize = 1024;
/// Records of one error that are read.
const MOST_RECORDS: i16 = 16;
/// Units of an answer of `SQLGetInfo`.
const INFO_UNITS: usize = 256;

/// What a driver recorded of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Diagnostic {
    /// SQLSTATE.
    pub(crate) state: String,
    /// The database's own number.
    pub(crate) native: i32,
    /// Its words, which may hold a value or the connection string.
    pub(crate) message: String,
}

/// A call that failed.
#[derive(Debug)]
pub(crate) enum Failed {
    /// The driver manager cannot be loaded.
    NoManager(String),
    /// What was recorded; perhaps nothing.
    Said(Vec<Diagnostic>),
}

/// What `SQLGetInfo` is asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum InfoType {
    DriverName = 6,
    DriverVersion = 7,
    DatabaseName = 16,
    DbmsName = 17,
    DbmsVersion = 18,
    IdentifierQuote = 29,
}

/// The statement that a connection has in use, for whoever wants to end it from another thread. While it is looked at it cannot be
/// freed.
#[derive(Clone)]
pub(crate) struct StatementInUse {
    functions: &'static Functions,
    current: Arc<Mutex<Option<SharedRaw>>>,
}

/// A statement's handle, which ODBC lets any thread cancel.
#[derive(Clone, Copy, PartialEq, Eq)]
struct SharedRaw(Raw);

// SAFETY: it is given to `SQLCancel` alone, under the lock that keeps it from being freed.
unsafe impl Send for SharedRaw {}

/// An open connection.
pub(crate) struct DatabaseHandle {
    functions: &'static Functions,
    environment: Raw,
    connection: Raw,
    is_open: bool,
    /// Whether the driver knows no UTF-16: then texts go to it as they are, in UTF-8. The driver manager would cut every unit of them to
    /// its lower half.
    is_narrow: bool,
    in_use: StatementInUse,
}

// SAFETY: ODBC's handles belong to no thread; this one is used by one at a time, because nothing here takes it by shared reference
// from two: it is not `Sync`.
unsafe impl Send for DatabaseHandle {}

impl StatementInUse {
    /// Ends what the statement does, if there is one.
    pub(crate) fn cancel(&self) {
        let current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(SharedRaw(statement)) = *current {
            // SAFETY: the statement is freed under this lock only. That it may have ended by itself is no error.
            unsafe { (self.functions.cancel)(statement) };
        }
    }

    fn set(&self, statement: Option<SharedRaw>) {
        *self.current.lock().unwrap_or_else(PoisonError::into_inner) = statement;
    }
}

pub(super) fn is_success(returned: Returned) -> bool {
    returned == SUCCESS || returned == SUCCESS_WITH_INFO
}

/// What is recorded of a handle.
pub(super) fn diagnostics(functions: &Functions, kind: i16, handle: Raw) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for record in 1..=MOST_RECORDS {
        let mut state = [0_u16; 6];
        let mut native = 0_i32;
        let mut message = [0_u16; MESSAGE_UNITS];
        let mut length = 0_i16;
        // SAFETY: the buffers have the lengths that are told, in units.
        let returned = unsafe {
            (functions.diagnostic)(
                kind,
                handle,
                record,
                state.as_mut_ptr(),
                &raw mut native,
                message.as_mut_ptr(),
                MESSAGE_UNITS as i16,
                &raw mut length,
            )
        };
        if !is_success(returned) {
            break;
        }
        let length = usize::try_from(length).unwrap_or_default();
        found.push(Diagnostic {
            state: String::from_utf16_lossy(&state[..5]),
            native,
            message: String::from_utf16_lossy(&message[..length.min(MESSAGE_UNITS - 1)]),
        });
    }
    found
}

impl DatabaseHandle {
    /// Connects; the text is a connection string, and is wiped by whoever made it.
    pub(crate) fn connect(text: &str, seconds: usize) -> Result<Self, Failed> {
        let functions = functions().map_err(Failed::NoManager)?;
        let mut environment: Raw = null_mut();
        // SAFETY: an environment has no parent.
        let returned =
            unsafe { (functions.allocate)(HANDLE_ENVIRONMENT, null_mut(), &raw mut environment) };
        if !is_success(returned) {
            return Err(Failed::Said(Vec::new()));
        }
        let mut handle = Self {
            functions,
            environment,
            connection: null_mut(),
            is_open: false,
            is_narrow: false,
            in_use: StatementInUse {
                functions,
                current: Arc::default(),
            },
        };
        // SAFETY: the environment was just made; a number stands in the place of its pointer.
        let returned = unsafe {
            (functions.set_environment)(environment, ATTRIBUTE_ODBC_VERSION, number(ODBC_3), 0)
        };
        handle.must_of_environment(returned)?;
        let mut connection: Raw = null_mut();
        // SAFETY: its parent is the environment.
        let returned =
            unsafe { (functions.allocate)(HANDLE_CONNECTION, environment, &raw mut connection) };
        handle.must_of_environment(returned)?;
        handle.connection = connection;
        // A driver that has no such limit says so, and waits as long as it likes.
        // SAFETY: a number stands in the place of its pointer.
        unsafe {
            (functions.set_connection)(connection, ATTRIBUTE_LOGIN_TIMEOUT, number(seconds), 0)
        };
        let units = Zeroizing::new(text.encode_utf16().collect::<Vec<Unit>>());
        let length = i16::try_from(units.len()).map_err(|_| Failed::Said(Vec::new()))?;
        let mut completed = 0_i16;
        // SAFETY: the text has the length that is told; no completed string is asked for, which would hold the password again.
        let returned = unsafe {
            (functions.connect)(
                connection,
                null_mut(),
                units.as_ptr(),
                length,
                null_mut(),
                0,
                &raw mut completed,
                DRIVER_NO_PROMPT,
            )
        };
        handle.must(returned)?;
        handle.is_open = true;
        // The one that is known to be so here.
        let driver = handle.info(InfoType::DriverName).to_ascii_lowercase();
        handle.is_narrow = driver.contains("sqlite");
        Ok(handle)
    }

    fn must_of_environment(&self, returned: Returned) -> Result<(), Failed> {
        if is_success(returned) {
            return Ok(());
        }
        Err(Failed::Said(diagnostics(
            self.functions,
            HANDLE_ENVIRONMENT,
            self.environment,
        )))
    }

    fn must(&self, returned: Returned) -> Result<(), Failed> {
        if is_success(returned) {
            return Ok(());
        }
        Err(Failed::Said(diagnostics(
            self.functions,
            HANDLE_CONNECTION,
            self.connection,
        )))
    }

    /// Begins to bundle what follows in a transaction, which only an end of it ends.
    pub(crate) fn begin_bundling(&self) -> Result<(), Failed> {
        // SAFETY: a number stands in the place of its pointer.
        let returned = unsafe {
            (self.functions.set_connection)(self.connection, ATTRIBUTE_AUTOCOMMIT, number(0), 0)
        };
        self.must(returned)
    }

    /// What the driver or the database says of itself; empty where it says nothing.
    pub(crate) fn info(&self, kind: InfoType) -> String {
        let mut units = [0_u16; INFO_UNITS];
        let mut bytes = 0_i16;
        // SAFETY: the buffer has the length that is told, in bytes.
        let returned = unsafe {
            (self.functions.info)(
                self.connection,
                kind as u16,
                units.as_mut_ptr().cast::<c_void>(),
                (INFO_UNITS * 2) as i16,
                &raw mut bytes,
            )
        };
        if !is_success(returned) {
            return String::new();
        }
        // Some drivers tell the length in units: what they wrote ends with a zero.
        let end = units.iter().position(|unit| *unit == 0);
        String::from_utf16_lossy(&units[..end.unwrap_or(INFO_UNITS)])
    }

    /// Whether the driver knows that the connection is gone.
    pub(crate) fn is_dead(&self) -> bool {
        let mut dead = 0_u32;
        let mut length = 0_i32;
        // SAFETY: the attribute is an unsigned number of 32 bits.
        let returned = unsafe {
            (self.functions.get_connection)(
                self.connection,
                ATTRIBUTE_CONNECTION_DEAD,
                (&raw mut dead).cast::<c_void>(),
                4,
                &raw mut length,
            )
        };
        is_success(returned) && dead == 1
    }

    /// What ends a statement of it from another thread.
    pub(crate) fn in_use(&self) -> StatementInUse {
        self.in_use.clone()
    }

    pub(super) fn is_narrow(&self) -> bool {
        self.is_narrow
    }

    pub(super) fn functions(&self) -> &'static Functions {
        self.functions
    }

    /// A statement's handle, which must be given back to [`Self::free_statement`].
    pub(super) fn new_statement(&self) -> Result<Raw, Failed> {
        let mut statement: Raw = null_mut();
        // SAFETY: its parent is the connection.
        let returned = unsafe {
            (self.functions.allocate)(HANDLE_STATEMENT, self.connection, &raw mut statement)
        };
        self.must(returned)?;
        self.in_use.set(Some(SharedRaw(statement)));
        Ok(statement)
    }

    pub(super) fn free_statement(&self, statement: Raw) {
        let mut current = self
            .in_use
            .current
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if *current == Some(SharedRaw(statement)) {
            *current = None;
        }
        // SAFETY: whoever had it uses it no more; under the lock, nobody cancels it meanwhile.
        unsafe { (self.functions.free)(HANDLE_STATEMENT, statement) };
    }
}

impl Drop for DatabaseHandle {
    fn drop(&mut self) {
        // SAFETY: in this order, each once; statements were freed before, because they borrow this.
        unsafe {
            if self.is_open {
                (self.functions.end_transaction)(HANDLE_CONNECTION, self.connection, ROLLBACK);
                (self.functions.disconnect)(self.connection);
            }
            if !self.connection.is_null() {
                (self.functions.free)(HANDLE_CONNECTION, self.connection);
            }
            (self.functions.free)(HANDLE_ENVIRONMENT, self.environment);
        }
    }
}

/// Nothing more is there.
pub(super) fn is_end(returned: Returned) -> bool {
    returned == NO_DATA
}

/// A text as the driver is given it.
pub(super) enum DriverText {
    Wide(Vec<Unit>),
    Narrow(Vec<u8>),
}

impl DriverText {
    pub(super) fn of(text: &str, is_narrow: bool) -> Self {
        if is_narrow {
            Self::Narrow(text.as_bytes().to_vec())
        } else {
            Self::Wide(text.encode_utf16().collect())
        }
    }

    /// Where it lies, and its length in what it is made of.
    pub(super) fn pointer(&self) -> (*const c_void, usize) {
        match self {
            Self::Wide(units) => (units.as_ptr().cast(), units.len()),
            Self::Narrow(bytes) => (bytes.as_ptr().cast(), bytes.len()),
        }
    }
}

/// An argument of a listing: text, or nothing.
pub(super) fn argument(text: Option<&DriverText>) -> (*const c_void, i16) {
    text.map_or((null(), 0), |text| {
        let (pointer, length) = text.pointer();
        (pointer, i16::try_from(length).unwrap_or(0))
    })
}
