//! Building an instance.

use dumpus_ports::Dumpus;

#[test]
fn a_missing_port_is_named() {
    let error = Dumpus::builder().build().err().unwrap();
    assert_eq!(
        error.to_string(),
        "Dumpus needs a registry: call the builder's method of that name"
    );
}
