//! Embedded mode.

use std::fs;

use crate::lifecycle::{Subject, Surroundings, live_and_search};
use crate::search::Search;
use crate::support::database::Database;
use crate::support::instance::Instance;

struct Embedded(Instance);

impl Subject for Embedded {
    fn instance(&self) -> &Instance {
        &self.0
    }

    fn look(&mut self, search: &mut Search) {
        search.folder(self.0.folder());
        if self.0.process.is_running() {
            search.open_files(&self.0.process);
        }
    }

    fn crash(&mut self) {
        self.0.process.kill();
    }

    fn recover(&mut self) {
        self.0.restart();
    }

    fn plant(&mut self, text: &str) {
        let mut database = Database::open(&self.0.database());
        database.run("CREATE TABLE planted (text TEXT)");
        database.run(&format!("INSERT INTO planted VALUES ('{text}')"));
        fs::write(self.0.temporary().join("planted"), text).unwrap();
    }

    fn uproot(&mut self) {
        let mut database = Database::open(&self.0.database());
        database.run("UPDATE planted SET text = zeroblob(length(text) * 2)");
        database.run("DROP TABLE planted");
        database.rows("PRAGMA wal_checkpoint(TRUNCATE)");
        database.run("VACUUM");
        database.rows("PRAGMA wal_checkpoint(TRUNCATE)");
        fs::remove_file(self.0.temporary().join("planted")).unwrap();
    }
}

#[test]
fn an_embedded_instance_stores_no_plain_text() {
    let around = Surroundings::new();
    let settings = around.settings();
    let settings: Vec<_> = settings.iter().map(|(name, value)| (&**name, &**value)).collect();
    let instance = Instance::start(&around.discord, &settings);
    live_and_search(&mut Embedded(instance), &around);
}
