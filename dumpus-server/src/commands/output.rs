//! What commands print, after their work.

use std::error::Error;
use std::io::{self, Write as _};

/// Prints a text. A reader that has seen enough, such as `head`, may be gone.
pub(super) fn print(text: &str) -> Result<(), Box<dyn Error>> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(format!("the output cannot be written: {error}").into())
        }
        _ => Ok(()),
    }
}

/// Prints a sentence.
pub(super) fn say(line: &str) -> Result<(), Box<dyn Error>> {
    print(&format!("{line}\n"))
}
