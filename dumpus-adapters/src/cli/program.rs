//! From a declaration of settings to the command line of a program.

use std::process::ExitCode;

use clap::builder::{Resettable, ValueParser};
use clap::{Arg, ArgAction, ArgMatches, Command, FromArgMatches};

use super::configuration::Configuration;

/// Wrong use or configuration, as clap has it.
const USAGE: u8 = 2;

/// Adds to a program the options of its settings, the list of its secrets and `config check`.
#[must_use]
pub fn command(program: Command, declaration: &Command) -> Command {
    let (secrets, options): (Vec<_>, Vec<_>) = declaration
        .get_arguments()
        .partition(|arg| arg.is_hide_env_values_set());
    let mut help = String::from("Secrets, from the environment variable NAME or from the file that NAME_FILE names:\n");
    for secret in secrets {
        let name = secret.get_env().unwrap_or_default().display();
        let about = secret.get_help().map(ToString::to_string).unwrap_or_default();
        help.extend(["  ", &name.to_string(), "\n          ", &about, "\n"]);
    }
    let check = Command::new("check")
        .about("Prints the value and the origin of each setting, and everything that is wrong with them");
    let config = Command::new("config")
        .about("Shows the configuration")
        .subcommand_required(true)
        .subcommand(check);
    program
        .args(options.into_iter().map(unchecked))
        .subcommand(config)
        .after_help(help)
}

/// An option whose value is checked later, with all others.
fn unchecked(option: &Arg) -> Arg {
    let option = option
        .clone()
        .value_parser(ValueParser::string())
        .action(ArgAction::Set)
        .value_delimiter(None);
    option.requires(Resettable::Reset).required(false).hide_env_values(true)
}

/// Reads the settings of this process, and warnings to be logged. Serves `config check`.
///
/// # Errors
/// The exit code of a process that has to end: everything has been printed.
pub fn load<T: FromArgMatches>(declaration: &Command, matches: &ArgMatches) -> Result<(T, Vec<String>), ExitCode> {
    let environment =
        std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    let configuration = Configuration::new(declaration, matches, &environment.collect());
    let is_check = matches.subcommand_name() == Some("config");
    if is_check {
        print!("{configuration}");
    }
    match configuration.parse() {
        Ok(_) if is_check => {
            configuration.warnings.iter().for_each(|warning| eprintln!("{warning}"));
            Err(ExitCode::SUCCESS)
        }
        Ok(settings) => Ok((settings, configuration.warnings)),
        Err(errors) => {
            eprintln!("{errors}");
            Err(ExitCode::from(USAGE))
        }
    }
}
