//! The tables that are stored alike in every layout.

use std::sync::Arc;

use dumpus_ports::domain::report::Report;
use sqlx::sqlite::SqliteConnection;

use super::PACKAGE_VERSION;
use super::insert::Table;
use crate::discord_cdn::avatar;

/// They are read by other people's programs: every change is a change of the public interface.
const SCHEMA: &str = include_str!("shared.sql");

const PACKAGE_DATA: Table = Table {
    name: "package_data",
    columns: &[
        "package_id",
        "package_version",
        "package_owner_id",
        "package_owner_name",
        "package_owner_display_name",
        "package_owner_avatar_url",
        "package_is_partial",
    ],
};
const PACKAGE_SECTIONS: Table = Table {
    name: "package_sections",
    columns: &["section", "status", "detail"],
};
const PAYMENTS: Table = Table {
    name: "payments",
    columns: &[
        "payment_id",
        "payment_date",
        "payment_amount",
        "payment_currency",
        "payment_description",
    ],
};
pub(super) async fn insert(
    connection: &mut SqliteConnection,
    report: &Report,
    package_id: &str,
) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(SCHEMA).execute(&mut *connection).await?;
    let owner = &report.owner;
    PACKAGE_DATA
        .insert(connection, [package_id].into_iter(), |statement, package_id| {
            statement
                .bind(package_id.to_owned())
                .bind(PACKAGE_VERSION)
                .bind(Arc::clone(&owner.id))
                .bind(Arc::clone(&owner.name))
                .bind(owner.display_name.clone())
                .bind(owner.avatar_hash.as_deref().map(|hash| avatar(&owner.id, hash)))
                .bind(report.is_partial)
        })
        .await?;
    PACKAGE_SECTIONS
        .insert(connection, report.sections.iter(), |statement, row| {
            statement
                .bind(row.section.name())
                .bind(row.status.name())
                .bind(row.detail.clone())
        })
        .await?;
    PAYMENTS
        .insert(connection, report.payments.iter(), |statement, row| {
            statement
                .bind(Arc::clone(&row.payment_id))
                .bind(row.day.to_string())
                .bind(row.amount)
                .bind(Arc::clone(&row.currency))
                .bind(Arc::clone(&row.description))
        })
        .await
}
