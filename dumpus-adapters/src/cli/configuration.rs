//! The effective value of each setting and its origin.

use std::collections::BTreeMap;
use std::error::Error as _;
use std::fmt;
use std::fs;
use std::io;

use clap::builder::{Resettable, ValueParser};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command, FromArgMatches};

use super::names::{FOREIGN, OF_ONE_PROGRAM, PREFIX, TESTS_PREFIX};

/// Is appended to the variable of a secret to name a file with its value.
const FILE_SUFFIX: &str = "_FILE";

/// Everything that is wrong with a configuration, one sentence each. Values are not repeated: they may be secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigErrors(pub Vec<String>);

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the configuration has {} problem(s):", self.0.len())?;
        self.0.iter().try_for_each(|problem| write!(f, "\n  {problem}"))
    }
}

impl std::error::Error for ConfigErrors {}

/// A setting as it is in effect.
struct Setting {
    /// The environment variable.
    name: String,
    option: String,
    is_secret: bool,
    /// What an option, the environment or a file gives.
    given: Option<(String, Origin)>,
    /// As text; empty for none.
    default: String,
    is_valid: bool,
}

enum Origin {
    Option,
    Environment,
    File(String),
}

/// The effective value and the origin of each setting of a program, and everything that is wrong with them.
pub struct Configuration {
    declaration: Command,
    settings: Vec<Setting>,
    problems: Vec<String>,
    /// Variables that are probably typing errors, one sentence each.
    pub warnings: Vec<String>,
}

impl Configuration {
    /// Takes each setting of the declaration from the options, else from the environment or a file that it names. An
    /// empty value is treated as unset.
    #[must_use]
    pub fn new(declaration: &Command, options: &ArgMatches, environment: &BTreeMap<String, String>) -> Self {
        let mut problems = Vec::new();
        let named = declaration
            .get_arguments()
            .filter_map(|arg| Some((arg, arg.get_env()?.to_str()?)));
        let settings = named
            .map(|(arg, name)| {
                let given = given(arg, name, options, environment, &mut problems);
                Setting {
                    name: name.to_owned(),
                    option: arg.get_long().unwrap_or_default().to_owned(),
                    is_secret: arg.is_hide_env_values_set(),
                    // A file that cannot be read has no value.
                    is_valid: given.as_ref().is_none_or(|(value, _)| !value.is_empty()),
                    given,
                    default: default(arg),
                }
            })
            .collect();
        let mut configuration = Self {
            // From here on, values are arguments: the process's environment is not read again.
            declaration: declaration.clone().mut_args(|arg| arg.env(Resettable::Reset)),
            settings,
            problems,
            warnings: Vec::new(),
        };
        configuration.check_values();
        configuration.check_requirements();
        configuration.warnings = configuration.unknown(environment);
        configuration
    }

    /// The typed settings.
    ///
    /// # Errors
    /// Everything that is wrong, warnings included: a typing error may be the cause.
    pub fn parse<T: FromArgMatches>(&self) -> Result<T, ConfigErrors> {
        if !self.problems.is_empty() {
            return Err(ConfigErrors([&self.problems[..], &self.warnings].concat()));
        }
        let matches = self.declaration.clone().try_get_matches_from(arguments(&self.settings));
        matches
            .and_then(|matches| T::from_arg_matches(&matches))
            .map_err(|error| ConfigErrors(vec![reason(&error)]))
    }

    /// Parses every value alone, so that one error does not hide another.
    fn check_values(&mut self) {
        let parser = self
            .declaration
            .clone()
            .mut_args(|arg| arg.requires(Resettable::Reset).required(false));
        for setting in self.settings.iter_mut().filter(|setting| setting.is_valid) {
            if let Err(error) = parser.clone().try_get_matches_from(arguments([&*setting])) {
                self.problems.push(format!("{}: {}", setting.name, reason(&error)));
                setting.is_valid = false;
            }
        }
    }

    /// Checks which settings need others, whatever their values are.
    fn check_requirements(&mut self) {
        let parser = self
            .declaration
            .clone()
            .mut_args(|arg| arg.value_parser(ValueParser::string()));
        let missing = |settings: &[&Setting]| -> Vec<&str> {
            let error = parser
                .clone()
                .try_get_matches_from(arguments(settings.iter().copied()))
                .err();
            let missing = error.map(|error| missing(&error)).unwrap_or_default();
            let unset = self.settings.iter().filter(|setting| setting.given.is_none());
            unset
                .filter(|setting| missing.contains(&setting.option))
                .map(|setting| &*setting.name)
                .collect()
        };
        let always = missing(&[]);
        let mut problems: Vec<_> = always.iter().map(|name| format!("{name} is required")).collect();
        for setting in self.settings.iter().filter(|setting| setting.given.is_some()) {
            let mut needed = missing(&[setting]);
            needed.retain(|name| !always.contains(name));
            if !needed.is_empty() {
                problems.push(format!(
                    "{} must be set together with {}",
                    setting.name,
                    needed.join(" and ")
                ));
            }
        }
        self.problems.extend(problems);
    }

    /// Names of variables that no setting has, with the setting that was probably meant.
    fn unknown(&self, environment: &BTreeMap<String, String>) -> Vec<String> {
        let files = self.settings.iter().filter(|setting| setting.is_secret);
        let files = files.map(|setting| format!("{}{FILE_SUFFIX}", setting.name));
        let known: Vec<_> = self
            .settings
            .iter()
            .map(|setting| setting.name.clone())
            .chain(files)
            .collect();
        let ours = environment
            .keys()
            .filter(|name| name.starts_with(PREFIX) && !name.starts_with(TESTS_PREFIX))
            .filter(|name| !OF_ONE_PROGRAM.contains(&name.as_str()));
        let foreign = FOREIGN
            .iter()
            .filter(|(name, ours)| environment.contains_key(*name) && known.iter().any(|known| known == ours))
            .map(|(name, ours)| format!("{name} is not read; did you mean {ours}?"));
        let unknown = ours.filter(|name| !known.contains(name)).map(|name| {
            let distance = |known: &&String| strsim::levenshtein(name, known);
            let closest = known.iter().min_by_key(distance);
            match closest.filter(|closest| distance(closest) <= (name.len() - PREFIX.len()) / 3) {
                Some(closest) => format!("Unknown setting {name}; did you mean {closest}?"),
                None => format!(
                    "Unknown setting {name}: {} does not read it",
                    self.declaration.get_name()
                ),
            }
        });
        unknown.chain(foreign).collect()
    }
}

/// One line for each setting: name, value, origin. Secrets are masked.
impl fmt::Display for Configuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<_> = self.settings.iter().map(Setting::columns).collect();
        let width = |text: fn(&(&str, &str, String)) -> usize| lines.iter().map(text).max().unwrap_or_default();
        let (names, values) = (width(|line| line.0.len()), width(|line| line.1.len()));
        lines
            .iter()
            .try_for_each(|(name, value, origin)| writeln!(f, "{name:names$}  {value:values$}  {origin}"))
    }
}

impl Setting {
    fn columns(&self) -> (&str, &str, String) {
        let (value, origin) = match &self.given {
            Some((value, Origin::Option)) => (&**value, "option".to_owned()),
            Some((value, Origin::Environment)) => (&**value, "environment".to_owned()),
            Some((value, Origin::File(path))) => (&**value, format!("file {path}")),
            None => (&*self.default, "default".to_owned()),
        };
        let value = match value {
            // What was rejected may be a secret in the wrong place.
            _ if !self.is_valid => "(invalid)",
            "" => "(unset)",
            _ if self.is_secret => "***",
            value => value,
        };
        (&self.name, value, origin)
    }
}

/// The value outside of the defaults.
fn given(
    arg: &Arg,
    name: &str,
    options: &ArgMatches,
    environment: &BTreeMap<String, String>,
    problems: &mut Vec<String>,
) -> Option<(String, Origin)> {
    let trimmed = |value: &String| Some(list(arg, value.trim())).filter(|value| !value.is_empty());
    let variable = |name: &str| environment.get(name).and_then(trimmed);
    let of_environment = variable(name).map(|value| (value, Origin::Environment));
    if !arg.is_hide_env_values_set() {
        let id = arg.get_id().as_str();
        let is_option = options.value_source(id) == Some(ValueSource::CommandLine);
        let option = options.get_one(id).filter(|_| is_option).and_then(trimmed);
        return option.map(|value| (value, Origin::Option)).or(of_environment);
    }
    let file = format!("{name}{FILE_SUFFIX}");
    let Some(path) = variable(&file) else {
        return of_environment;
    };
    if of_environment.is_some() {
        problems.push(format!("{name} and {file} are both set"));
        return of_environment;
    }
    match fs::read_to_string(&path).map(|content| trimmed(&content)) {
        Ok(Some(value)) => return Some((value, Origin::File(path))),
        Ok(None) => problems.push(format!("{file}: {path} is empty")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            problems.push(format!("{file}: there is no file {path}"));
        }
        Err(error) => problems.push(format!("{file}: {path} cannot be read: {}", error.kind())),
    }
    Some((String::new(), Origin::File(path)))
}

/// Spaces around the parts of a list and empty parts are ignored.
fn list(arg: &Arg, value: &str) -> String {
    let Some(delimiter) = arg.get_value_delimiter() else {
        return value.to_owned();
    };
    let parts = value.split(delimiter).map(str::trim).filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join(&delimiter.to_string())
}

/// The default as text.
fn default(arg: &Arg) -> String {
    let values = arg.get_default_values().iter().filter_map(|value| value.to_str());
    values.collect::<Vec<_>>().join(",")
}

fn arguments<'a>(settings: impl IntoIterator<Item = &'a Setting>) -> impl Iterator<Item = String> {
    let given = settings
        .into_iter()
        .filter_map(|setting| Some((setting, setting.given.as_ref()?)));
    let given = given.map(|(setting, (value, _))| format!("--{}={value}", setting.option));
    std::iter::once(String::new()).chain(given)
}

/// Options that are missing, without dashes.
fn missing(error: &clap::Error) -> Vec<String> {
    let Some(ContextValue::Strings(missing)) = error.get(ContextKind::InvalidArg) else {
        return Vec::new();
    };
    let options = missing.iter().filter_map(|usage| usage.split_whitespace().next());
    options
        .map(|option| option.trim_start_matches('-').to_owned())
        .collect()
}

/// What is wrong with a value, without the value.
fn reason(error: &clap::Error) -> String {
    match (error.kind(), error.source(), error.get(ContextKind::ValidValue)) {
        (ErrorKind::ValueValidation, Some(source), _) => source.to_string(),
        (ErrorKind::InvalidValue, _, Some(ContextValue::Strings(valid))) => format!("expected {}", valid.join(" or ")),
        (kind, ..) => kind.to_string(),
    }
}
