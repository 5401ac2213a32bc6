//! From what SQLite says to what an operator can act on. No text holds a value of a record.

use bridge::port::ledger::LedgerError;
use rusqlite::ErrorCode;

/// Why a request to the store was not done, on its way to a `LedgerError`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Trouble(pub(super) LedgerError);

impl From<LedgerError> for Trouble {
    fn from(error: LedgerError) -> Self {
        Trouble(error)
    }
}

impl From<rusqlite::Error> for Trouble {
    fn from(error: rusqlite::Error) -> Self {
        Trouble(LedgerError::Failed(describe(&error)))
    }
}

/// SQLite's error with its code and, where there is one, the fix. SQLite's own messages name columns and never values; those
/// that rusqlite adds may hold values and are left out.
pub(super) fn describe(error: &rusqlite::Error) -> String {
    let rusqlite::Error::SqliteFailure(failure, message) = error else {
        return "a record has not the form that this version writes; was the file changed by hand?"
            .to_owned();
    };
    let said = message.clone().unwrap_or_else(|| failure.to_string());
    let fix = match failure.code {
        ErrorCode::DiskFull => "; free some space on its disk",
        ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen => {
            "; make the file and its directory writable for this process"
        }
        ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => "; restore the file from a backup",
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => {
            "; end the other program that has the file open"
        }
        _ => "",
    };
    format!("SQLite: {said} (code {}){fix}", failure.extended_code)
}

/// A document that cannot be read. serde_json's message is left out: it may quote a value.
pub(super) fn corrupt(what: &str, error: &serde_json::Error) -> LedgerError {
    LedgerError::Failed(format!(
        "the document of {what} cannot be read from column {} on; was it written by a later version, or by hand?",
        error.column()
    ))
}

/// A document that cannot be written.
pub(super) fn unwritable(what: &str) -> LedgerError {
    LedgerError::Failed(format!("{what} cannot be written as JSON"))
}
