//! What a driver's error means to the core. Messages of drivers quote values, so only codes leave this file.

use std::fmt;

use dumpus_ports::blobs::BlobError;
use dumpus_ports::registry::RegistryError;
use sea_orm::sqlx::postgres::PgDatabaseError;
use sea_orm::sqlx::{self, error::DatabaseError};
use sea_orm::{DbErr, RuntimeErr};

/// Why a database cannot be used. Each message is one sentence without secrets.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// The address is wrong.
    #[error("the address of the database cannot be read: {0}")]
    Address(String),
    /// The database does not answer, or refuses.
    #[error("the database {database} cannot be used: {reason}")]
    Unusable {
        /// Where it is, without a password.
        database: String,
        /// Why.
        reason: String,
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

/// An error of a driver, as far as it may be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Trouble {
    /// Whether the same request may work in a moment.
    pub(super) is_passing: bool,
    message: String,
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Trouble {}

impl Trouble {
    /// The same request may work in a moment.
    pub(super) fn passing(message: impl Into<String>) -> Self {
        let message = message.into();
        let is_passing = true;
        Self { is_passing, message }
    }

    /// A defect.
    pub(super) fn lasting(message: impl Into<String>) -> Self {
        let message = message.into();
        let is_passing = false;
        Self { is_passing, message }
    }

    fn database(error: &dyn DatabaseError) -> Self {
        let Some(code) = error.code() else {
            return Self::lasting("the database reported an error without a code");
        };
        if error.try_downcast_ref::<PgDatabaseError>().is_some() {
            let message = format!("PostgreSQL reported {code}: {}", meaning_of_state(&code));
            let is_passing = is_passing_state(&code);
            return Self { is_passing, message };
        }
        let (is_passing, meaning) = meaning_of_result(&code);
        let message = format!("SQLite reported {code}: {meaning}");
        Self { is_passing, message }
    }
}

impl From<&sqlx::Error> for Trouble {
    fn from(error: &sqlx::Error) -> Self {
        match error {
            sqlx::Error::Database(error) => Self::database(&**error),
            // What the operating system says of a socket or file holds nothing of ours.
            sqlx::Error::Io(error) => Self::passing(error.to_string()),
            sqlx::Error::Tls(error) => Self::passing(format!("TLS failed: {error}")),
            sqlx::Error::PoolTimedOut => Self::passing("no connection was free or could be made in time"),
            sqlx::Error::PoolClosed => Self::passing("the connections are closed"),
            sqlx::Error::WorkerCrashed => Self::passing("the thread of a connection ended"),
            sqlx::Error::Protocol(_) => Self::passing("the connection broke in the middle of an answer"),
            sqlx::Error::BeginFailed => Self::passing("a transaction could not begin"),
            sqlx::Error::Configuration(_) => Self::lasting("the settings of the connection are not usable"),
            sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => {
                Self::lasting("the answer has another type than was asked for")
            }
            _ => Self::lasting("the driver failed"),
        }
    }
}

impl From<DbErr> for Trouble {
    fn from(error: DbErr) -> Self {
        match error {
            DbErr::ConnectionAcquire(_) => Self::passing("no connection was free or could be made in time"),
            DbErr::Conn(RuntimeErr::SqlxError(error))
            | DbErr::Exec(RuntimeErr::SqlxError(error))
            | DbErr::Query(RuntimeErr::SqlxError(error)) => Self::from(&*error),
            DbErr::Custom(_) | DbErr::Migration(_) => Self::lasting("its steps are those of another release"),
            _ => Self::lasting("the mapper failed"),
        }
    }
}

impl From<Trouble> for RegistryError {
    fn from(trouble: Trouble) -> Self {
        if trouble.is_passing {
            Self::Unavailable(trouble.into())
        } else {
            Self::Failed(trouble.into())
        }
    }
}

impl From<Trouble> for BlobError {
    fn from(trouble: Trouble) -> Self {
        if trouble.is_passing {
            Self::Unavailable(trouble.into())
        } else {
            Self::Failed(trouble.into())
        }
    }
}

/// SQLSTATE, <https://www.postgresql.org/docs/current/errcodes-appendix.html>: connections, resources, operator
/// intervention, conflicts between transactions, and a server that has become a standby.
fn is_passing_state(code: &str) -> bool {
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
        "40001" | "40P01" => "two transactions got into each other's way",
        "42501" => "the role lacks a right",
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
        Ok(26) => (false, "the file is no database"),
        _ => (false, "see the list of its result codes"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_that_pass_are_told_from_defects() {
        for code in [
            "08006", "28P01", "53300", "57014", "57P01", "57P03", "40001", "40P01", "55P03", "25006",
        ] {
            assert!(is_passing_state(code), "{code}");
        }
        for code in ["23505", "42P01", "42601", "22P02", "XX000", "3D000"] {
            assert!(!is_passing_state(code), "{code}");
        }
    }

    #[test]
    fn a_locked_file_passes_and_a_damaged_one_does_not() {
        for code in ["5", "6", "517", "261", "13", "10"] {
            assert!(meaning_of_result(code).0, "{code}");
        }
        for code in ["1", "11", "26", "1555", "nothing"] {
            assert!(!meaning_of_result(code).0, "{code}");
        }
    }

    #[test]
    fn what_a_driver_quotes_is_not_passed_on() {
        let error = DbErr::Query(RuntimeErr::SqlxError(
            sqlx::Error::Decode("a value".to_owned().into()).into(),
        ));
        let told = Trouble::from(error);
        assert!(!format!("{told} {told:?}").contains("a value"));
        let told = Trouble::from(DbErr::Custom("a value".to_owned()));
        assert!(!format!("{told} {told:?}").contains("a value"));
    }
}
