//! Names of variables that tell settings from typing errors.

/// What a variable of this product begins with.
pub(super) const PREFIX: &str = "DUMPUS_";
/// Variables of the test suites; programs that tests start inherit them.
pub(super) const TESTS_PREFIX: &str = "DUMPUS_TEST_";
/// Names that other programs give to settings of this one.
pub(super) const FOREIGN: [(&str, &str); 4] = [
    ("DATABASE_URL", "POSTGRES_URL"),
    ("POSTGRES_URI", "POSTGRES_URL"),
    ("POSTGRESQL_URL", "POSTGRES_URL"),
    ("REDIS_URI", "REDIS_URL"),
];
/// Settings that one program has alone: both may read one file of settings.
pub(super) const OF_ONE_PROGRAM: [&str; 13] = [
    "DUMPUS_LISTEN",
    "DUMPUS_PUBLIC_URL",
    "DUMPUS_CORS_ORIGINS",
    "DUMPUS_TRUSTED_PROXIES",
    "DUMPUS_SUBMIT_RATE",
    "DUMPUS_SUBMIT_BURST",
    "DUMPUS_MAX_QUEUE",
    "DUMPUS_ADMIN_TOKEN",
    "DUMPUS_ADMIN_TOKEN_FILE",
    "DUMPUS_MAX_CONNECTIONS",
    "DUMPUS_MAX_CONNECTIONS_PER_CLIENT",
    "DUMPUS_DATA_DIR",
    "DUMPUS_WORKER_LISTEN",
];
