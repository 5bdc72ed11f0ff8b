//! Configuration: one table of settings, read by both programs, all problems at once.

mod backends;
mod groups;
mod reader;
pub mod table;
mod typos;

use clap::{Arg, ArgMatches, Command};

pub use backends::{BackendSettings, InstanceKeyBytes, ObjectStoreSettings, Services};
pub use groups::{DownloadSettings, LimitSettings, LogSettings, Secret, WorkSettings};
pub use reader::{ConfigErrors, Reader};
pub use typos::unknown_variables;

use self::table::{Program, Setting, TABLE};

/// Adds the options of a program to its command line. Secrets have none: they come from the environment.
#[must_use]
pub fn with_settings(mut command: Command, program: Program) -> Command {
    let mut secrets = String::from("From the environment only:\n");
    for (heading, settings) in TABLE {
        for setting in settings.iter().filter(|setting| is_for(program, setting)) {
            if setting.is_secret {
                secrets.extend(["  ", setting.name, "\n          ", &about(setting), "\n"]);
                continue;
            }
            command = command.arg(
                Arg::new(setting.name)
                    .long(option(setting.name))
                    .env(setting.name)
                    .hide_env_values(true)
                    .value_name(setting.value)
                    .help(about(setting))
                    .help_heading(*heading),
            );
        }
    }
    command.after_help(secrets)
}

/// The value of a setting on the command line, else in the environment.
pub fn value_of(matches: &ArgMatches) -> impl Fn(&str) -> Option<String> {
    move |name| {
        let given = matches.try_get_one::<String>(name).ok().flatten();
        given.cloned().or_else(|| std::env::var(name).ok())
    }
}

fn is_for(program: Program, setting: &Setting) -> bool {
    program == Program::Server || setting.program == Program::Both
}

fn about(setting: &Setting) -> String {
    format!("{} Default: {}.", setting.about, setting.default)
}

/// `DUMPUS_MAX_DOWNLOAD` is `--max-download`.
fn option(name: &str) -> String {
    name.strip_prefix("DUMPUS_")
        .unwrap_or(name)
        .to_ascii_lowercase()
        .replace('_', "-")
}

/// The page that documents every setting, `docs/configuration.md`.
#[must_use]
pub fn page() -> String {
    let mut page = String::from(
        "# Configuration\n\n\
         Every setting of `dumpus-server` and `dumpus-worker` is an environment variable; those that are no secrets are \
         options of the command line too, which win. Nothing has to be set: without settings the server is a whole \
         instance in one process, with its data in `./data`. All problems of a configuration are reported at once, \
         before anything starts; unknown `DUMPUS_` variables are named in the log as probable typos. Values of secrets \
         are never repeated anywhere. An empty value counts as unset.\n\n\
         Sizes have units such as `512MiB` or `20GiB`, times such as `30s` or `2m`. The columns say who reads a \
         setting: S is the server, W the worker; the server reads the worker's settings because it works itself in \
         embedded mode.\n",
    );
    for (heading, settings) in TABLE {
        page.extend([
            "\n## ",
            heading,
            "\n\n| Variable | Option | Read by | Default | What it does |\n| --- | --- | --- | --- | --- |\n",
        ]);
        for setting in *settings {
            let option = if setting.is_secret {
                "secret: environment only".to_owned()
            } else {
                format!("`--{} {}`", option(setting.name), setting.value)
            };
            let readers = if setting.program == Program::Both { "S W" } else { "S" };
            page.extend(["| `", setting.name, "` | ", &option, " | ", readers, " | "]);
            page.extend([setting.default, " | ", setting.about, " |\n"]);
        }
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn help_tells_of_every_setting() {
        let help = with_settings(Command::new("x"), Program::Server)
            .render_long_help()
            .to_string();
        for setting in table::settings() {
            assert!(help.contains(setting.name), "{}", setting.name);
        }
        let help = with_settings(Command::new("x"), Program::Both)
            .render_long_help()
            .to_string();
        assert!(!help.contains("DUMPUS_LISTEN"));
        assert!(help.contains("DUMPUS_CONCURRENCY"));
    }

    #[test]
    fn the_command_line_is_well_formed() {
        with_settings(Command::new("x"), Program::Server).debug_assert();
        let matches = with_settings(Command::new("x"), Program::Server).get_matches_from(["x", "--concurrency", "3"]);
        assert_eq!(value_of(&matches)("DUMPUS_CONCURRENCY").as_deref(), Some("3"));
    }
}
