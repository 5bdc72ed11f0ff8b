//! Scores texts: reads a JSON string per line, and writes its score or `null`.

use std::io::{self, BufWriter, Write};

use dumpus_adapters::archive_zip::Scorer;

fn main() -> io::Result<()> {
    let scorer = Scorer::new();
    let mut output = BufWriter::new(io::stdout().lock());
    for line in io::stdin().lines() {
        let text: String = serde_json::from_str(&line?)?;
        serde_json::to_writer(&mut output, &scorer.score(&text))?;
        output.write_all(b"\n")?;
    }
    output.flush()
}
