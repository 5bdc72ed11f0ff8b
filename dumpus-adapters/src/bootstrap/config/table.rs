//! Every setting of the server and the worker: `--help` and `docs/configuration.md` are written from this table.

/// Which programs a setting is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Program {
    /// `dumpus-server` only.
    Server,
    /// `dumpus-server` and `dumpus-worker`.
    Both,
}

/// A setting.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// Name of the environment variable.
    pub name: &'static str,
    /// What a value looks like.
    pub value: &'static str,
    /// What holds when it is unset, in words or as a value.
    pub default: &'static str,
    /// What it does.
    pub about: &'static str,
    /// Whose it is.
    pub program: Program,
    /// Taken from the environment only: options of a running program are readable by everybody on the machine.
    pub is_secret: bool,
}

/// A heading and its settings.
pub type Group = (&'static str, &'static [Setting]);

const fn both(name: &'static str, value: &'static str, default: &'static str, about: &'static str) -> Setting {
    Setting {
        name,
        value,
        default,
        about,
        program: Program::Both,
        is_secret: false,
    }
}

const fn server(name: &'static str, value: &'static str, default: &'static str, about: &'static str) -> Setting {
    Setting {
        program: Program::Server,
        ..both(name, value, default, about)
    }
}

const fn secret(setting: Setting) -> Setting {
    Setting {
        is_secret: true,
        ..setting
    }
}

/// Every setting, by subject.
pub const TABLE: &[Group] = &[
    ("Server", &SERVER),
    ("Where things are kept", &BACKENDS),
    ("Object store", &OBJECT_STORE),
    ("Downloads", &DOWNLOAD),
    ("Work", &WORK),
    ("Limits of a package", &LIMITS),
    ("Names of Discord users", &PROFILES),
    ("Log", &LOG),
];

const SERVER: [Setting; 7] = [
    server(
        "DUMPUS_LISTEN",
        "ADDRESS:PORT",
        "127.0.0.1:5000",
        "Where the server listens.",
    ),
    server(
        "DUMPUS_PUBLIC_URL",
        "URL",
        "as the client asked",
        "What absolute addresses in answers begin with.",
    ),
    server(
        "DUMPUS_CORS_ORIGINS",
        "ORIGIN,...",
        "any",
        "Origins whose web pages may read answers.",
    ),
    server(
        "DUMPUS_TRUSTED_PROXIES",
        "RANGE,...",
        "none",
        "Addresses or ranges of reverse proxies whose X-Forwarded headers are believed.",
    ),
    server(
        "DUMPUS_SUBMIT_RATE",
        "COUNT/UNIT",
        "30/minute",
        "Submissions per client address and second, minute or hour; off for no limit.",
    ),
    secret(server(
        "DUMPUS_ADMIN_TOKEN",
        "TOKEN",
        "no admin routes",
        "Bearer token of the admin routes, at least 16 characters.",
    )),
    both(
        "DUMPUS_STOP_TIMEOUT",
        "DURATION",
        "30s",
        "How long requests and running packages may take to finish when the program is stopped.",
    ),
];

const BACKENDS: [Setting; 5] = [
    server(
        "DUMPUS_DATA_DIR",
        "DIRECTORY",
        "./data",
        "Where everything is kept in embedded mode; created with mode 0700.",
    ),
    secret(both(
        "POSTGRES_URL",
        "URL",
        "embedded mode",
        "PostgreSQL, as postgres://user:password@host/database. Needs REDIS_URL too.",
    )),
    secret(both(
        "REDIS_URL",
        "URL",
        "embedded mode",
        "Redis, as redis://host:6379, or rediss:// for TLS. Needs POSTGRES_URL too.",
    )),
    secret(both(
        "DUMPUS_INSTANCE_KEY",
        "BASE64",
        "made once, kept in the database",
        "32 bytes that seal the links of waiting packages; the same for all programs of an instance.",
    )),
    both(
        "DUMPUS_RETENTION_DAYS",
        "DAYS",
        "kept until deleted",
        "Results older than this are erased; fractions are allowed.",
    ),
];

const OBJECT_STORE: [Setting; 8] = [
    both(
        "DUMPUS_S3_BUCKET",
        "NAME",
        "results are in the database",
        "Bucket of an S3-compatible store for results.",
    ),
    both(
        "DUMPUS_S3_ENDPOINT",
        "URL",
        "Amazon's for the region",
        "Where this program reaches the store.",
    ),
    both(
        "DUMPUS_S3_PUBLIC_ENDPOINT",
        "URL",
        "as DUMPUS_S3_ENDPOINT",
        "Where clients reach the store.",
    ),
    both("DUMPUS_S3_REGION", "NAME", "us-east-1", "Region of the bucket."),
    both(
        "DUMPUS_S3_PREFIX",
        "FOLDER",
        "none",
        "Folder of the results in the bucket.",
    ),
    both(
        "DUMPUS_S3_PATH_STYLE",
        "BOOLEAN",
        "true with DUMPUS_S3_ENDPOINT",
        "Whether the bucket is in the path of addresses instead of in the host name; true or false.",
    ),
    secret(both("DUMPUS_S3_ACCESS_KEY", "KEY", "none", "Access key of the store.")),
    secret(both("DUMPUS_S3_SECRET_KEY", "KEY", "none", "Secret key of the store.")),
];

const DOWNLOAD: [Setting; 6] = [
    both(
        "DL_ZIP_WHITELISTED_DOMAINS",
        "ORIGIN,...",
        "Discord's only",
        "Further origins of links, such as https://files.example.org; a bare host means https.",
    ),
    both(
        "DUMPUS_RESOLVE",
        "HOST:PORT:ADDRESS,...",
        "none",
        "Addresses that stand for names, in the manner of curl's --resolve; private ones are allowed here.",
    ),
    both(
        "DUMPUS_EXTRA_CA_FILE",
        "FILE",
        "public authorities only",
        "Further certificate authorities, PEM. PostgreSQL's are named in POSTGRES_URL: sslrootcert.",
    ),
    both(
        "DUMPUS_MAX_DOWNLOAD",
        "BYTES",
        "20GiB",
        "Largest archive that is fetched.",
    ),
    both(
        "DUMPUS_SPOOL_DIR",
        "DIRECTORY",
        "the system's temporary directory",
        "Where archives are spooled, encrypted.",
    ),
    both(
        "DUMPUS_SPOOL_MEMORY",
        "BYTES",
        "32MiB",
        "Archives up to this size are kept in memory instead; 0 keeps none there.",
    ),
];

const WORK: [Setting; 5] = [
    both("DUMPUS_CONCURRENCY", "NUMBER", "1", "Packages processed at a time."),
    both(
        "DUMPUS_THREADS",
        "NUMBER",
        "one per core",
        "Threads that read one package.",
    ),
    both(
        "DUMPUS_LANES",
        "LANE,...",
        "premium,standard",
        "Lanes whose packages are processed.",
    ),
    both(
        "DUMPUS_MAX_ATTEMPTS",
        "NUMBER",
        "3",
        "Attempts that a package gets before it is given up.",
    ),
    both(
        "DUMPUS_LEASE",
        "DURATION",
        "60s",
        "A worker that is silent for this long has lost its package.",
    ),
];

const LIMITS: [Setting; 8] = [
    both("DUMPUS_MAX_ENTRIES", "NUMBER", "200000", "Files in an archive."),
    both(
        "DUMPUS_MAX_UNPACKED",
        "BYTES",
        "32GiB",
        "Unpacked size of the files that are read.",
    ),
    both("DUMPUS_MAX_ENTRY", "BYTES", "16GiB", "Unpacked size of one file."),
    both(
        "DUMPUS_MAX_RATIO",
        "NUMBER",
        "200",
        "Unpacked bytes for each packed byte.",
    ),
    both(
        "DUMPUS_MAX_LINE",
        "BYTES",
        "4MiB",
        "Length of an event; longer ones are left out.",
    ),
    both("DUMPUS_MAX_MESSAGES", "NUMBER", "20000000", "Messages."),
    both("DUMPUS_MAX_EVENTS", "NUMBER", "8000000", "Events of counted types."),
    both("DUMPUS_MAX_KEYS", "NUMBER", "4000000", "Distinct texts and rows."),
];

const PROFILES: [Setting; 3] = [
    server(
        "DISWHO_BASE_URL",
        "URL",
        "none",
        "A Dis-who host to ask for Discord users; asked first.",
    ),
    secret(server(
        "DISWHO_JWT_SECRET",
        "SECRET",
        "none",
        "Its secret. Needed with DISWHO_BASE_URL.",
    )),
    secret(server(
        "DISCORD_BOT_TOKEN",
        "TOKEN",
        "none",
        "A Discord bot to ask for users and guilds.",
    )),
];

const LOG: [Setting; 2] = [
    both(
        "DUMPUS_LOG",
        "FILTER",
        "info",
        "What is logged: a level, or directives such as info,dumpus_server=debug.",
    ),
    both("DUMPUS_LOG_FORMAT", "FORMAT", "text", "text or json."),
];

/// Every setting.
pub fn settings() -> impl Iterator<Item = &'static Setting> {
    TABLE.iter().flat_map(|(_, settings)| settings.iter())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn no_setting_is_named_twice() {
        let names: BTreeSet<_> = settings().map(|setting| setting.name).collect();
        assert_eq!(names.len(), settings().count());
    }
}
