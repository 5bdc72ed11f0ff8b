//! `docs/configuration.md` and `--help` say what the declarations of settings say.
#![expect(clippy::unwrap_used, reason = "what cannot be read fails the test")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command as Process;

use clap::{Arg, Command};

const INTRODUCTION: &str = "# Configuration

Every setting of `dumpus-server` and `dumpus-worker` is an environment variable; those that are not secrets are options of \
the command line too, which take precedence. Nothing has to be set: without settings the server is a whole instance in one \
process, with its data in `./data`. All problems of a configuration are reported at once, before anything starts; unknown \
`DUMPUS_` variables are named in the log. Values of secrets are never repeated. An empty value counts as unset.

A secret `NAME` can also be in a file whose path is in `NAME_FILE`, such as a secret of a container engine or a systemd \
credential; white space around it is ignored. `dumpus-server config check` and `dumpus-worker config check` print the \
effective settings and the origin of each, with secrets masked, and exit with code 2 if anything is wrong.

Sizes have units such as `512MiB` or `20GiB`, durations such as `30s` or `2m`. The columns say which program reads a \
setting: S is the server, W the worker. The server reads the worker's settings because it processes packages itself in \
embedded mode.
";

fn name(arg: &Arg) -> String {
    arg.get_env().unwrap().to_str().unwrap().to_owned()
}

fn names(program: &Command) -> BTreeSet<String> {
    program.get_arguments().map(name).collect()
}

fn default(arg: &Arg) -> String {
    let shown = arg
        .get_default_values()
        .iter()
        .filter(|_| !arg.is_hide_default_value_set());
    let values: Vec<_> = shown.map(|value| value.to_str().unwrap()).collect();
    values.join(",")
}

fn usage(arg: &Arg) -> String {
    let value = arg
        .get_value_names()
        .unwrap_or_default()
        .first()
        .map(ToString::to_string);
    format!("--{} {}", arg.get_long().unwrap(), value.unwrap())
}

/// The page that documents every setting.
fn page(server: &Command, worker: &Command) -> String {
    let (of_server, of_worker) = (names(server), names(worker));
    let only_worker = worker.get_arguments().filter(|arg| !of_server.contains(&name(arg)));
    let all: Vec<&Arg> = server.get_arguments().chain(only_worker).collect();
    let mut headings: Vec<&str> = Vec::new();
    for heading in all.iter().map(|arg| arg.get_help_heading().unwrap()) {
        if !headings.contains(&heading) {
            headings.push(heading);
        }
    }
    let mut page = INTRODUCTION.to_owned();
    for heading in headings {
        page.extend([
            "\n## ",
            heading,
            "\n\n| Variable | Option | Read by | Default | What it does |\n",
        ]);
        page += "| --- | --- | --- | --- | --- |\n";
        for arg in all.iter().filter(|arg| arg.get_help_heading() == Some(heading)) {
            let option = if arg.is_hide_env_values_set() {
                "secret: environment or file".to_owned()
            } else {
                format!("`{}`", usage(arg))
            };
            let (name, default, help) = (name(arg), default(arg), arg.get_help().unwrap());
            let readers = match (of_server.contains(&name), of_worker.contains(&name)) {
                (true, true) => "S W",
                (true, false) => "S",
                _ => "W",
            };
            let row = format!("| `{name}` | {option} | {readers} | {default} | {help}. |\n");
            page.push_str(&row);
        }
    }
    page
}

#[test]
fn the_page_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/configuration.md");
    let (server, worker) = (dumpus_server::config::settings(), dumpus_worker::config::settings());
    let current = page(&server, &worker);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, &current).unwrap();
    }
    assert!(
        fs::read_to_string(&path).unwrap_or_default() == current,
        "docs/configuration.md is out of date: run `UPDATE_DOCS=1 cargo test -p dumpus-server --test configuration_page`"
    );
}

#[test]
fn options_are_named_like_their_variables() {
    for arg in dumpus_server::config::settings().get_arguments() {
        let name = name(arg);
        let option = name
            .strip_prefix("DUMPUS_")
            .unwrap_or(&name)
            .to_lowercase()
            .replace('_', "-");
        assert_eq!(arg.get_long(), Some(&*option));
    }
}

#[test]
fn the_help_of_the_program_has_the_settings_of_the_page_and_no_others() {
    let output = Process::new(env!("CARGO_BIN_EXE_dumpus-server"))
        .arg("--help")
        .output()
        .unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    let words = help.split_whitespace().collect::<Vec<_>>().join(" ");
    let settings = dumpus_server::config::settings();
    for arg in settings.get_arguments() {
        let mut expected = vec![arg.get_help().unwrap().to_string()];
        if arg.is_hide_env_values_set() {
            assert!(!help.contains(&format!("--{} ", arg.get_long().unwrap())), "{help}");
            expected.push(name(arg));
        } else {
            let (option, value) = usage(arg)
                .split_once(' ')
                .map(|(o, v)| (o.to_owned(), v.to_owned()))
                .unwrap();
            expected.extend([format!("{option} <{value}>"), format!("[env: {}]", name(arg))]);
        }
        if !default(arg).is_empty() {
            expected.push(format!("[default: {}]", default(arg).replace(',', " ")));
        }
        for text in expected {
            let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(words.contains(&text), "{text} is not in {help}");
        }
    }
    let options = settings
        .get_arguments()
        .filter(|arg| !arg.is_hide_env_values_set())
        .count();
    assert_eq!(help.matches("[env: ").count(), options, "{help}");
}
