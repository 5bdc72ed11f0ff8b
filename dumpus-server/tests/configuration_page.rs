//! `docs/configuration.md` says what the table of settings says.

use std::fs;
use std::path::Path;

#[test]
fn the_page_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/configuration.md");
    let current = dumpus_adapters::bootstrap::config::page();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &current).unwrap();
    }
    assert!(
        fs::read_to_string(&path).unwrap_or_default() == current,
        "docs/configuration.md is out of date: run `UPDATE_DOCS=1 cargo test -p dumpus-server --test configuration_page`"
    );
}
