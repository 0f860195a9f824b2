//! The driver manager, a C library, and the only code here that calls one. It is loaded when a job asks for ODBC, and not linked: a
//! machine without it runs everything else.
//!
//! Every call is made on a handle that its owner holds, with buffers that live until the call, or the statement that they are
//! bound to, has ended; and a statement is used by one thread, but for `SQLCancel`, which ODBC allows from any.
#![allow(unsafe_code)]

mod functions;
mod handles;
mod statement;

pub(crate) use handles::{DatabaseHandle, Diagnostic, Failed, InfoType, StatementInUse};
pub(crate) use statement::{
    Described, Fetched, Listing, Piecewise, StatementHandle, TableName, Taken,
};
