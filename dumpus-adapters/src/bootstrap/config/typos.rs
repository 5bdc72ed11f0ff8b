//! Variables that nobody reads, and what was probably meant.

use super::table::settings;

/// Prefixes of variables of other programs and of tests.
const OTHERS: [&str; 2] = ["DUMPUS_TEST_", "DUMPUS_MONITOR_"];

/// Names of `DUMPUS_` variables that are no settings, in words.
pub fn unknown_variables(names: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut unknown: Vec<String> = names
        .into_iter()
        .filter(|name| name.starts_with("DUMPUS_"))
        .filter(|name| !OTHERS.iter().any(|prefix| name.starts_with(prefix)))
        .filter(|name| settings().all(|setting| setting.name != name))
        .collect();
    unknown.sort();
    unknown.into_iter().map(|name| describe(&name)).collect()
}

fn describe(name: &str) -> String {
    let closest = settings().min_by_key(|setting| distance(name, setting.name));
    match closest.filter(|setting| distance(name, setting.name) <= name.len() / 3) {
        Some(setting) => format!("{name} is no setting; {} may be meant", setting.name),
        None => format!("{name} is no setting"),
    }
}

/// Letters to change, add or remove to get from one to the other.
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (line, letter) in from.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = line + 1;
        for (column, other) in to.iter().enumerate() {
            let change = diagonal + usize::from(letter != *other);
            diagonal = row[column + 1];
            row[column + 1] = change.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typo_is_named_with_what_is_meant() {
        let names = [
            "DUMPUS_LISTENN",
            "DUMPUS_RETENTION_DAY",
            "DUMPUS_LISTEN",
            "DUMPUS_TEST_REDIS_URL",
            "HOME",
        ];
        assert_eq!(
            unknown_variables(names.map(str::to_owned)),
            [
                "DUMPUS_LISTENN is no setting; DUMPUS_LISTEN may be meant",
                "DUMPUS_RETENTION_DAY is no setting; DUMPUS_RETENTION_DAYS may be meant",
            ]
        );
        let far = unknown_variables(["DUMPUS_XYZ_0123456789_PORT".to_owned()]);
        assert_eq!(far, ["DUMPUS_XYZ_0123456789_PORT is no setting"]);
    }
}
