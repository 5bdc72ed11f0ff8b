//! Small documents whose values are odd.

use dumpus_ports::domain::report::{Section, SectionStatus};

use crate::status;
use crate::support::{package, read, with};

#[tokio::test]
async fn amounts_that_are_no_whole_numbers_are_not_guessed() {
    let new = "Account/user_data_exports/discord_billing/payments.json";
    let row = |id: &str, amount: &str| {
        format!(r#"{{"id":{id},"created_at":"2024-01-01T00:00:00Z","amount":{amount},"currency":"EUR","status":1}}"#)
    };
    for (amount, paid) in [
        ("999.0", Some(999)),
        ("9.99", None),
        ("\"9.99\"", None),
        ("1e400", None),
    ] {
        let report = read(&with(package(), new, format!("[{}]", row("5", amount)))).await;
        assert_eq!(report.payments.first().map(|row| row.amount), paid, "{amount}");
        let expected = paid.map_or(SectionStatus::Damaged, |_| SectionStatus::Ok);
        assert_eq!(status(&report, Section::Payments), expected, "{amount}");
    }
    for refunded in ["\"half\"", "1.5", "{}"] {
        let list = row("5", "999").replace("\"status\"", &format!("\"amount_refunded\":{refunded},\"status\""));
        let report = read(&with(package(), new, format!("[{list}]"))).await;
        assert_eq!(report.payments.len(), 0, "{refunded}");
        assert_eq!(status(&report, Section::Payments), SectionStatus::Damaged, "{refunded}");
    }
}
