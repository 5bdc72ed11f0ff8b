//! Embedding Dumpus stays short.

const EXAMPLE: &str = include_str!("../examples/embed.rs");
const README: &str = include_str!("../../dumpus-ports/README.md");

#[test]
fn embedding_takes_fewer_than_40_lines_and_at_most_5_imports() {
    assert!(EXAMPLE.lines().count() < 40);
    let imports = EXAMPLE.lines().filter(|line| line.starts_with("use "));
    assert!(imports.count() <= 5);
}

/// The documentation tests of `dumpus-ports` run the copy in its README.
#[test]
fn the_readme_shows_the_example() {
    let (_description, code) = EXAMPLE.split_once("\n\n").unwrap_or_default();
    assert!(code.contains("fn main()"));
    assert!(README.contains(code));
}
