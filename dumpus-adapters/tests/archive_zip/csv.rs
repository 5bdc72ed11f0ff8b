//! Message files of packages until March 2024, and what spoilt ones still say.

use dumpus_ports::domain::report::{Report, Section, SectionStatus};

use crate::status;
use crate::support::{MESSAGES, package, read, section};

const HEADER: &str = "ID,Timestamp,Contents,Attachments\n";

async fn csv(rows: &str) -> Report {
    let mut archive = package();
    archive.entries.retain(|entry| entry.name != MESSAGES.as_bytes());
    read(&archive.file(&MESSAGES.replace("json", "csv"), format!("{HEADER}{rows}"))).await
}

fn row(number: u64) -> String {
    format!(
        "{},2022-08-02 00:59:59.753000+00:00,hello,\n",
        1_000_000_000_000_000_000 + number
    )
}

fn some(count: u64) -> String {
    (0..count).map(row).collect()
}

async fn count_of_damaged(rows: &str) -> u64 {
    let report = csv(rows).await;
    assert_eq!(status(&report, Section::Messages), SectionStatus::Damaged, "{rows}");
    report.dm_channels[0].message_count
}

#[tokio::test]
async fn a_quote_that_never_ends_costs_no_message_behind_it() {
    let stray = row(7).replace("hello", "\"oops");
    let quoted = row(8).replace("hello", "\"x\"");
    assert_eq!(count_of_damaged(&format!("{stray}{}", some(3_000))).await, 3_001);
    let text = format!("{stray}{}{quoted}{}", some(50), some(50));
    assert_eq!(count_of_damaged(&text).await, 102);
    let text = format!("{stray}{}{}{}", some(5), row(8).replace("hello", "\"x\ny\""), some(5));
    assert_eq!(count_of_damaged(&text).await, 12);
    let detail = section(&csv(&text).await, Section::Messages).detail.unwrap();
    assert!(detail.contains("1 quotes never end"), "{detail}");
}

#[tokio::test]
async fn a_file_that_was_cut_has_no_message_where_it_was_cut() {
    let last = row(11);
    for cut in [3, 19, 20, 26, 30] {
        let text = format!("{}{}", some(10), &last[..cut]);
        assert_eq!(count_of_damaged(&text).await, 10, "{text}");
    }
    let quoted = last.replace("hello", "\"hello\nyou\"");
    for cut in ["\"", "you", "you\""] {
        let end = quoted.find(cut).unwrap() + cut.len();
        let text = format!("{}{}", some(10), &quoted[..end]);
        assert_eq!(count_of_damaged(&text).await, 10, "{text}");
    }
    let detail = section(&csv(&format!("{}{}", some(10), &last[..30])).await, Section::Messages).detail;
    assert!(detail.unwrap().contains("1 messages are cut off"));
}

#[tokio::test]
async fn a_message_may_quote_rows_of_such_a_file() {
    let quoting = row(7).replace("hello", &format!("\"look:\n{}\n{}\"", row(8), row(9)));
    let report = csv(&format!("{quoting}{}", some(3))).await;
    assert_eq!(report.dm_channels[0].message_count, 4);
    assert_eq!(status(&report, Section::Messages), SectionStatus::Ok);
}
