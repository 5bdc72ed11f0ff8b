//! The command line of the operator's commands.

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, Command};
use dumpus_ports::domain::queue::Lane;

/// Adds the commands to the program.
#[must_use]
pub fn declare(program: Command) -> Command {
    let json = Arg::new("json").long("json").action(ArgAction::SetTrue).help("As JSON");
    let about = |name: &'static str, about: &'static str| Command::new(name).about(about);
    program
        .subcommand(
            about(
                "status",
                "Prints what the instance is doing: backends, workers, lanes, failures of the last hour",
            )
            .arg(json),
        )
        .subcommand(about("package", "Prints the life of a package so far").arg(package()))
        .subcommand(about(
            "instance",
            "Prints the processes of the instance, and settings that differ",
        ))
        .subcommand(about("audit", "Prints what operators did"))
        .subcommand(about("retry", "Runs a delayed attempt at a package now").arg(package()))
        .subcommand(about("upgrade", "Moves a package to the premium lane").arg(package()))
        .subcommand(confirmed(
            about("cancel", "Ends an unfinished package with an error").arg(package()),
        ))
        .subcommand(confirmed(
            about("erase", "Erases a package with its result, as its owner could").arg(package()),
        ))
        .subcommand(about("pause", "Stops the delivery of a lane; packages in work are finished").arg(lane()))
        .subcommand(about("resume", "Resumes the delivery of a lane").arg(lane()))
        .subcommand(
            about(
                "drain",
                "Lets a worker finish its packages and take no more, until it is restarted",
            )
            .arg(Arg::new("PROCESS_ID").required(true).help("As `status` prints it"))
            .arg(
                Arg::new("undo")
                    .long("undo")
                    .action(ArgAction::SetTrue)
                    .help("Lets it take packages again"),
            ),
        )
        .subcommand(about(
            "trust-clock",
            "Lets packages expire again after the clock has jumped",
        ))
}

fn package() -> Arg {
    Arg::new("PACKAGE_ID").required(true).help("32 hexadecimal digits")
}

fn lane() -> Arg {
    Arg::new("LANE")
        .value_parser(PossibleValuesParser::new(Lane::ALL.map(Lane::as_str)))
        .help("Without one, both lanes")
}

/// A command that cannot be undone.
fn confirmed(command: Command) -> Command {
    let yes = Arg::new("yes").long("yes").action(ArgAction::SetTrue);
    command.arg(yes.help("Does not ask for confirmation"))
}
