//! Errors of drivers as errors of ports. Drivers quote values in their messages, so only codes leave this file.

use std::fmt;

use dumpus_ports::blobs::BlobError;
use dumpus_ports::registry::RegistryError;
use sea_orm::sqlx::postgres::PgDatabaseError;
use sea_orm::sqlx::{self, error::DatabaseError};
use sea_orm::{DbErr, RuntimeErr};

/// Why a database cannot be used. Messages contain no secrets.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// The address is malformed.
    #[error("the address of the database cannot be read: {0}")]
    Address(String),
    /// The database does not answer, or rejects the connection.
    #[error("the database {database} cannot be used: {reason}")]
    Unusable {
        /// Where it is, without a password.
        database: String,
        /// Why.
        reason: String,
        /// Whether another attempt may succeed: it may be about to start.
        is_transient: bool,
    },
    /// The schema could not be brought up to date.
    #[error("the schema of the database {database} cannot be brought up to date: {reason}")]
    Migration {
        /// Where it is, without a password.
        database: String,
        /// Why.
        reason: String,
    },
}

/// A driver's error without the values that it quotes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SqlError {
    /// Whether the same request may succeed later.
    pub(super) is_transient: bool,
    message: String,
}

impl fmt::Display for SqlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for SqlError {}

impl SqlError {
    /// The same request may succeed later.
    pub(super) fn transient(message: impl Into<String>) -> Self {
        let message = message.into();
        let is_transient = true;
        Self { is_transient, message }
    }

    /// A defect.
    pub(super) fn permanent(message: impl Into<String>) -> Self {
        let message = message.into();
        let is_transient = false;
        Self { is_transient, message }
    }

    fn database(error: &dyn DatabaseError) -> Self {
        let Some(code) = error.code() else {
            return Self::permanent("the database reported an error without a code");
        };
        if error.try_downcast_ref::<PgDatabaseError>().is_some() {
            let message = format!("PostgreSQL reported {code}: {}", meaning_of_state(&code));
            let is_transient = is_transient_state(&code);
            return Self { is_transient, message };
        }
        let (is_transient, meaning) = meaning_of_result(&code);
        let message = format!("SQLite reported {code}: {meaning}");
        Self { is_transient, message }
    }
}

impl From<&sqlx::Error> for SqlError {
    fn from(error: &sqlx::Error) -> Self {
        match error {
            sqlx::Error::Database(error) => Self::database(&**error),
            // Errors of the operating system quote no values.
            sqlx::Error::Io(error) => Self::transient(error.to_string()),
            sqlx::Error::Tls(error) => Self::transient(format!("TLS failed: {error}")),
            sqlx::Error::PoolTimedOut => Self::transient("no connection was free or could be made in time"),
            sqlx::Error::PoolClosed => Self::transient("the connections are closed"),
            sqlx::Error::WorkerCrashed => Self::transient("the thread of a connection ended"),
            sqlx::Error::Protocol(_) => Self::transient("the connection broke in the middle of an answer"),
            sqlx::Error::BeginFailed => Self::transient("a transaction could not begin"),
            sqlx::Error::Configuration(_) => Self::permanent("the settings of the connection are not usable"),
            sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => {
                Self::permanent("the answer has another type than was asked for")
            }
            _ => Self::permanent("the driver failed"),
        }
    }
}

impl From<DbErr> for SqlError {
    fn from(error: DbErr) -> Self {
        match error {
            DbErr::ConnectionAcquire(_) => Self::transient("no connection was free or could be made in time"),
            DbErr::Conn(RuntimeErr::SqlxError(error))
            | DbErr::Exec(RuntimeErr::SqlxError(error))
            | DbErr::Query(RuntimeErr::SqlxError(error)) => Self::from(&*error),
            DbErr::Custom(_) | DbErr::Migration(_) => Self::permanent("its migrations are those of another release"),
            _ => Self::permanent("the database layer failed"),
        }
    }
}

impl From<SqlError> for RegistryError {
    fn from(error: SqlError) -> Self {
        if error.is_transient {
            Self::Unavailable(error.into())
        } else {
            Self::Failed(error.into())
        }
    }
}

impl From<SqlError> for BlobError {
    fn from(error: SqlError) -> Self {
        if error.is_transient {
            Self::Unavailable(error.into())
        } else {
            Self::Failed(error.into())
        }
    }
}

/// SQLSTATE, <https://www.postgresql.org/docs/current/errcodes-appendix.html>: connections, resources, operator
/// intervention, conflicts between transactions, and a server that has become a standby.
fn is_transient_state(code: &str) -> bool {
    const CLASSES: [&str; 4] = ["08", "28", "53", "57"];
    const CODES: [&str; 5] = ["25006", "40001", "40P01", "55P03", "58030"];
    CLASSES.iter().any(|class| code.starts_with(class)) || CODES.contains(&code)
}

fn meaning_of_state(code: &str) -> &'static str {
    match code {
        "28000" | "28P01" => "the user name or the password is wrong",
        "3D000" => "there is no database of that name",
        "3F000" => "there is no such schema",
        "25006" => "the server takes no writes",
        "40001" | "40P01" => "two transactions conflicted",
        "42501" => "the role lacks a permission",
        "42P01" | "42703" => "a table or column is missing: the schema is of another release",
        "53100" => "the disk is full",
        "53300" => "too many connections",
        "57014" => "the statement took too long",
        "57P01" | "57P02" => "the server is stopping",
        "57P03" => "the server is starting",
        _ => "see the list of its error codes",
    }
}

/// Result codes, <https://www.sqlite.org/rescode.html>; the lowest byte is the primary one.
fn meaning_of_result(code: &str) -> (bool, &'static str) {
    match code.parse::<u32>().map(|code| code & 0xff) {
        Ok(5 | 6) => (true, "the file is locked"),
        Ok(8) => (true, "the file cannot be written to"),
        Ok(10) => (true, "reading or writing the file failed"),
        Ok(13) => (true, "the disk is full"),
        Ok(14) => (true, "the file cannot be opened"),
        Ok(11) => (false, "the file is damaged"),
        Ok(26) => (false, "the file is not a database"),
        _ => (false, "see the list of its result codes"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_transient_states_from_defects() {
        for code in [
            "08006", "28P01", "53300", "57014", "57P01", "57P03", "40001", "40P01", "55P03", "25006",
        ] {
            assert!(is_transient_state(code), "{code}");
        }
        for code in ["23505", "42P01", "42601", "22P02", "XX000", "3D000"] {
            assert!(!is_transient_state(code), "{code}");
        }
    }

    #[test]
    fn a_locked_file_is_transient_and_a_damaged_one_is_not() {
        for code in ["5", "6", "517", "261", "13", "10"] {
            assert!(meaning_of_result(code).0, "{code}");
        }
        for code in ["1", "11", "26", "1555", "nothing"] {
            assert!(!meaning_of_result(code).0, "{code}");
        }
    }

    #[test]
    fn does_not_pass_on_what_a_driver_quotes() {
        let error = DbErr::Query(RuntimeErr::SqlxError(
            sqlx::Error::Decode("a value".to_owned().into()).into(),
        ));
        let error = SqlError::from(error);
        assert!(!format!("{error} {error:?}").contains("a value"));
        let error = SqlError::from(DbErr::Custom("a value".to_owned()));
        assert!(!format!("{error} {error:?}").contains("a value"));
    }
}
