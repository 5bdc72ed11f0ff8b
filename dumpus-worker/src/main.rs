//! The worker: takes packages from the queue, or analyses one on disk.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use dumpus_worker::analyze::{self, AnalyzeArgs};

/// The worker of Dumpus.
#[derive(Parser)]
#[command(name = "dumpus-worker", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Analyze(AnalyzeArgs),
}

#[tokio::main]
async fn main() -> ExitCode {
    match Cli::parse().command {
        Command::Analyze(args) => match analyze::run(args).await {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("{error}");
                ExitCode::from(error.exit_code())
            }
        },
    }
}
