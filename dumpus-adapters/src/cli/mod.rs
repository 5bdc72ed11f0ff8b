//! Settings of programs: declared with clap's derive where they are used, read from options, the environment and files
//! of secrets, with every problem reported at once.
//!
//! A program derives `clap::Args` for its settings and flattens the options of the adapters that it uses. Each setting
//! has a long option and an environment variable; one with `hide_env_values` is a secret, which is taken from the
//! environment or from the file that the variable `NAME_FILE` names, and never from the command line.

mod configuration;
mod names;
mod program;
pub mod values;

pub use configuration::{ConfigErrors, Configuration};
pub use program::{command, load};
