//! The functions of the driver manager that are used, by their names in ODBC 3, and the numbers that they are called with.
//! Source: Microsoft, "ODBC Programmer's Reference"; `sql.h` and `sqlext.h` of unixODBC.

use std::ffi::c_void;
use std::sync::OnceLock;

use libloading::Library;

/// A handle of any kind.
pub(super) type Raw = *mut c_void;
/// `SQLRETURN`.
pub(super) type Returned = i16;
/// `SQLWCHAR` of unixODBC and of every driver that is built for it: a unit of UTF-16.
pub(super) type Unit = u16;

pub(super) const SUCCESS: Returned = 0;
pub(super) const SUCCESS_WITH_INFO: Returned = 1;
pub(super) const NO_DATA: Returned = 100;

pub(super) const HANDLE_ENVIRONMENT: i16 = 1;
pub(super) const HANDLE_CONNECTION: i16 = 2;
pub(super) const HANDLE_STATEMENT: i16 = 3;

pub(super) const ATTRIBUTE_ODBC_VERSION: i32 = 200;
pub(super) const ODBC_3: usize = 3;
pub(super) const ATTRIBUTE_LOGIN_TIMEOUT: i32 = 103;
pub(super) const ATTRIBUTE_AUTOCOMMIT: i32 = 102;
pub(super) const ATTRIBUTE_CONNECTION_DEAD: i32 = 1209;
pub(super) const DRIVER_NO_PROMPT: u16 = 0;
pub(super) const ROLLBACK: i16 = 1;

pub(super) const ATTRIBUTE_ROW_ARRAY_SIZE: i32 = 27;
pub(super) const ATTRIBUTE_ROWS_FETCHED: i32 = 26;
pub(super) const ATTRIBUTE_ROW_STATUS: i32 = 25;

pub(super) const DESCRIBES_UNSIGNED: u16 = 8;
pub(super) const DESCRIBES_TYPE_NAME: u16 = 14;

pub(super) const NULL_DATA: isize = -1;
pub(super) const NO_TOTAL: isize = -4;

/// What a program must be called with: `name: fn(arguments)`, all of them returning `SQLRETURN`.
macro_rules! functions {
    ($($field:ident = $name:literal ($($argument:ty),*);)*) => {
        /// The loaded library's functions. They live as long as the program: nothing is ever unloaded.
        pub(super) struct Functions {
            $(pub(super) $field: unsafe extern "C" fn($($argument),*) -> Returned,)*
        }

        impl Functions {
            fn of(library: &'static Library) -> Result<Self, libloading::Error> {
                Ok(Self {
                    // SAFETY: the name is that of a function of ODBC 3, whose arguments these are.
                    $($field: unsafe { *library.get($name)? },)*
                })
            }
        }
    };
}

functions! {
    allocate = b"SQLAllocHandle\0" (i16, Raw, *mut Raw);
    free = b"SQLFreeHandle\0" (i16, Raw);
    set_environment = b"SQLSetEnvAttr\0" (Raw, i32, *mut c_void, i32);
    set_connection = b"SQLSetConnectAttrW\0" (Raw, i32, *mut c_void, i32);
    get_connection = b"SQLGetConnectAttrW\0" (Raw, i32, *mut c_void, i32, *mut i32);
    connect = b"SQLDriverConnectW\0" (Raw, Raw, *const Unit, i16, *mut Unit, i16, *mut i16, u16);
    disconnect = b"SQLDisconnect\0" (Raw);
    end_transaction = b"SQLEndTran\0" (i16, Raw, i16);
    info = b"SQLGetInfoW\0" (Raw, u16, *mut c_void, i16, *mut i16);
    diagnostic = b"SQLGetDiagRecW\0" (i16, Raw, i16, *mut Unit, *mut i32, *mut Unit, i16, *mut i16);
    set_statement = b"SQLSetStmtAttrW\0" (Raw, i32, *mut c_void, i32);
    execute = b"SQLExecDirectW\0" (Raw, *const c_void, i32);
    execute_narrow = b"SQLExecDirect\0" (Raw, *const c_void, i32);
    columns = b"SQLNumResultCols\0" (Raw, *mut i16);
    describe = b"SQLDescribeColW\0" (Raw, u16, *mut c_void, i16, *mut i16, *mut i16, *mut usize, *mut i16, *mut i16);
    describe_narrow = b"SQLDescribeCol\0" (Raw, u16, *mut c_void, i16, *mut i16, *mut i16, *mut usize, *mut i16, *mut i16);
    attribute = b"SQLColAttributeW\0" (Raw, u16, u16, *mut c_void, i16, *mut i16, *mut isize);
    attribute_narrow = b"SQLColAttribute\0" (Raw, u16, u16, *mut c_void, i16, *mut i16, *mut isize);
    bind = b"SQLBindCol\0" (Raw, u16, i16, *mut c_void, isize, *mut isize);
    fetch = b"SQLFetch\0" (Raw);
    get_data = b"SQLGetData\0" (Raw, u16, i16, *mut c_void, isize, *mut isize);
    cancel = b"SQLCancel\0" (Raw);
    tables = b"SQLTablesW\0" (Raw, *const c_void, i16, *const c_void, i16, *const c_void, i16, *const c_void, i16);
    tables_narrow = b"SQLTables\0" (Raw, *const c_void, i16, *const c_void, i16, *const c_void, i16, *const c_void, i16);
    primary_keys = b"SQLPrimaryKeysW\0" (Raw, *const c_void, i16, *const c_void, i16, *const c_void, i16);
    primary_keys_narrow = b"SQLPrimaryKeys\0" (Raw, *const c_void, i16, *const c_void, i16, *const c_void, i16);
    statistics = b"SQLStatisticsW\0" (Raw, *const c_void, i16, *const c_void, i16, *const c_void, i16, u16, u16);
    statistics_narrow = b"SQLStatistics\0" (Raw, *const c_void, i16, *const c_void, i16, *const c_void, i16, u16, u16);
    foreign_keys = b"SQLForeignKeysW\0" (Raw, *const c_void, i16, *const c_void, i16, *const c_void, i16, *const c_void, i16, *const c_void, i16, *const c_void, i16);
    foreign_keys_narrow = b"SQLForeignKeys\0" (Raw, *const c_void, i16, *const c_void, i16, *const c_void, i16, *const c_void, i16, *const c_void, i16, *const c_void, i16);
}

/// Names under which unixODBC is found: the one of the library that is installed with drivers first.
const NAMES: [&str; 3] = ["libodbc.so.2", "libodbc.so.1", "libodbc.2.dylib"];

/// The functions, loaded once; or why they cannot be had.
pub(super) fn functions() -> Result<&'static Functions, String> {
    static LOADED: OnceLock<Result<Functions, String>> = OnceLock::new();
    LOADED.get_or_init(load).as_ref().map_err(Clone::clone)
}

fn load() -> Result<Functions, String> {
    // Whoever manages drivers otherwise says where: a path, and that one alone.
    let named = std::env::var_os("BUNRI_ODBC_LIBRARY");
    let names: Vec<std::ffi::OsString> = match named {
        Some(name) => vec![name],
        None => NAMES.iter().map(std::ffi::OsString::from).collect(),
    };
    let mut why = String::new();
    for name in names {
        // SAFETY: what a library does when it is loaded is its own; the driver manager's does nothing.
        match unsafe { Library::new(&name) } {
            Ok(library) => {
                let library: &'static Library = Box::leak(Box::new(library));
                return Functions::of(library).map_err(|missing| missing.to_string());
            }
            Err(refused) if why.is_empty() => why = refused.to_string(),
            Err(_) => {}
        }
    }
    Err(why)
}

/// A pointer that is nobody's: of an attribute that is a number.
pub(super) fn number(value: usize) -> *mut c_void {
    std::ptr::without_provenance_mut(value)
}
