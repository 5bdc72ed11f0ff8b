//! Small maps in one column of text: a line for each pair, `name=value`.

use std::collections::BTreeMap;

pub(super) fn encode<V: ToString>(pairs: impl IntoIterator<Item = (String, V)>) -> String {
    let line = |(name, value): (String, V)| format!("{name}={}\n", value.to_string().replace('\n', " "));
    pairs.into_iter().map(line).collect()
}

pub(super) fn decode(text: &str) -> BTreeMap<String, String> {
    let pairs = text.lines().filter_map(|line| line.split_once('='));
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}
