//! Small documents whose values are odd.

use dumpus_ports::domain::report::{Section, SectionStatus};

use crate::status;
use crate::support::{CHANNEL, package, read, section, with};

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

#[tokio::test]
async fn a_label_says_that_a_channel_belongs_to_a_server() {
    let labelled = |label: &str| {
        with(
            with(package(), CHANNEL, r#"{"id":"9"}"#),
            "Messages/index.json",
            format!(r#"{{"9":"{label}"}}"#),
        )
    };
    let note = "1 channels belong to a server that the package does not name";
    for label in [
        "talk in Garden",
        "talk in time in Garden",
        "Unknown channel in Garden",
        "Unknown channel, Garden",
    ] {
        let detail = section(&read(&labelled(label)).await, Section::Messages)
            .detail
            .unwrap();
        assert!(detail.contains(note), "{label}: {detail}");
    }
    for label in ["talk in Gardens", "Garden", "None"] {
        let detail = section(&read(&labelled(label)).await, Section::Messages)
            .detail
            .unwrap();
        assert!(
            detail.contains("1 channels do not say what they are"),
            "{label}: {detail}"
        );
    }
}
