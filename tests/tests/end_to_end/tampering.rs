//! With write access to the database, one can break results but not change them.

use crate::support::database::Database;
use crate::support::discord::{Behaviour, Discord, Link};
use crate::support::http::Response;
use crate::support::instance::Instance;
use crate::support::packages::small_of_seed;

/// Asserts that the response is an error, and contains nothing of the result.
fn assert_no_content(response: &Response, what: &str) {
    assert!(matches!(response.status, 500 | 503), "{what}: {}", response.status);
    let body = response.json();
    assert_eq!(body["errorMessageCode"], "SERVER_ERROR", "{what}: {body}");
    let keys: Vec<_> = body.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, ["errorDetail", "errorMessageCode"], "{what}");
    assert!(response.body.len() < 300, "{what}");
}

struct Victim {
    instance: Instance,
    database: Database,
    link: Link,
    id: String,
}

impl Victim {
    fn new(discord: &Discord) -> Self {
        let instance = Instance::start(discord, &[]);
        let link = discord.link(small_of_seed(1).0, Behaviour::Package);
        let id = instance.process(&link);
        let database = Database::open(&instance.database());
        Self {
            instance,
            database,
            link,
            id,
        }
    }

    fn results(&self) -> [Response; 2] {
        ["data", "blob"].map(|path| {
            self.instance
                .get(&self.link.key, &format!("/process/{}/{path}", self.id))
        })
    }

    fn assert_whole(&self) {
        assert_eq!(self.results().map(|response| response.status), [200, 200]);
    }

    /// Changes a column, asserts that the results are errors, and changes it back.
    fn assert_noticed(&mut self, table: &str, column: &str, value: &[u8], original: &[u8], what: &str) {
        assert_ne!(value, original);
        let set = |value: &[u8]| format!("UPDATE {table} SET {column} = X'{}'", hex::encode(value));
        assert_eq!(self.database.run(&set(value)), 1, "{what}");
        for response in self.results() {
            assert_no_content(&response, what);
        }
        self.database.run(&set(original));
    }
}

/// Copies of the value with one bit flipped at each of the places.
fn bit_flips(original: &[u8], places: &[usize]) -> Vec<Vec<u8>> {
    let flip = |&place: &usize| {
        let mut bytes = original.to_vec();
        bytes[place] ^= 1 << (place % 8);
        bytes
    };
    places.iter().map(flip).collect()
}

#[test]
fn every_byte_of_the_blob_is_authenticated() {
    let discord = Discord::start();
    let mut victim = Victim::new(&discord);
    let original = victim.database.bytes("SELECT bytes FROM blobs");
    // First and last bytes, block boundaries, and a sample in between.
    let end = original.len();
    let mut places = vec![0, 1, 15, 16, 17, end - 33, end - 32, end - 17, end - 16, end - 1];
    places.extend((0..40).map(|number| number * end / 40));
    for (place, bytes) in places.iter().zip(bit_flips(&original, &places)) {
        victim.assert_noticed("blobs", "bytes", &bytes, &original, &format!("byte {place} of {end}"));
    }
    for (bytes, what) in [
        (&original[..end - 16], "the last block is missing"),
        (&original[16..], "the first block is missing"),
        (&[], "nothing is left"),
        (&[&original[..], &original[end - 16..]].concat(), "a block is added"),
    ] {
        victim.assert_noticed("blobs", "bytes", bytes, &original, what);
    }
    victim.assert_whole();
}

#[test]
fn every_byte_of_the_iv_and_the_mac_is_authenticated() {
    let discord = Discord::start();
    let mut victim = Victim::new(&discord);
    for (column, length) in [("iv", 16), ("mac", 32)] {
        let original = victim.database.bytes(&format!("SELECT {column} FROM packages"));
        assert_eq!(original.len(), length);
        let places: Vec<_> = (0..length).collect();
        for (place, bytes) in places.iter().zip(bit_flips(&original, &places)) {
            victim.assert_noticed(
                "packages",
                column,
                &bytes,
                &original,
                &format!("byte {place} of the {column}"),
            );
        }
        victim.assert_noticed(
            "packages",
            column,
            &original[1..],
            &original,
            &format!("a short {column}"),
        );
    }
    victim.assert_whole();
}

#[test]
fn the_suite_is_authenticated() {
    let discord = Discord::start();
    let mut victim = Victim::new(&discord);
    for suite in [0, 2, 257, -1] {
        victim.database.run(&format!("UPDATE packages SET suite = {suite}"));
        for response in victim.results() {
            assert_no_content(&response, &format!("suite {suite}"));
        }
    }
    victim.database.run("UPDATE packages SET suite = 1");
    victim.assert_whole();
}

#[test]
fn the_package_id_is_authenticated() {
    let discord = Discord::start();
    let mut victim = Victim::new(&discord);
    let other = discord.link(small_of_seed(2).0, Behaviour::Package);
    let other_id = victim.instance.process(&other);
    // The complete result of one package in the row of another.
    let columns = "(blob_key, blob_size, suite, iv, mac)";
    let swapped = victim.database.run(&format!(
        "UPDATE packages SET {columns} = (SELECT blob_key, blob_size, suite, iv, mac FROM packages WHERE id = X'{other_id}')
         WHERE id = X'{}'",
        victim.id
    ));
    assert_eq!(swapped, 1);
    for response in victim.results() {
        assert_no_content(&response, "the result of another package");
    }
    // The row of one package under the id of another.
    victim
        .database
        .run(&format!("DELETE FROM packages WHERE id = X'{}'", victim.id));
    victim.database.run(&format!(
        "UPDATE packages SET id = X'{}' WHERE id = X'{other_id}'",
        victim.id
    ));
    for response in victim.results() {
        assert_no_content(&response, "the row of another package");
    }
}
