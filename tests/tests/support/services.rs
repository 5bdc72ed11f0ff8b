//! PostgreSQL and Redis databases for one test, and dumps of their contents.

use std::process::{Command, Output};

/// Creates a database in each of both, if the tests have such servers.
pub fn services() -> Option<(PostgresDatabase, RedisDatabase)> {
    let url = |name: &str| {
        let url = std::env::var(name).ok();
        assert!(
            url.is_some() || std::env::var_os("CI").is_none(),
            "{name} must be set if CI is set"
        );
        if url.is_none() {
            println!("skipped: {name} is not set");
        }
        url
    };
    let (postgres, redis) = (url("DUMPUS_TEST_POSTGRES_URL")?, url("DUMPUS_TEST_REDIS_URL")?);
    Some((PostgresDatabase::create(&postgres), RedisDatabase::new(&redis)))
}

/// A PostgreSQL database; it is dropped with this value.
pub struct PostgresDatabase {
    /// The URL for creating databases.
    main: String,
    name: String,
}

impl PostgresDatabase {
    fn create(main: &str) -> Self {
        let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_nanos();
        let database = Self {
            main: main.to_owned(),
            name: format!("dumpus_test_{}_{now}", std::process::id()),
        };
        psql(main, &format!("CREATE DATABASE {}", database.name));
        database
    }

    pub fn url(&self) -> String {
        let (start, query) = self.main.split_once('?').unwrap_or((&self.main, ""));
        let (server, _) = start.rsplit_once('/').unwrap();
        let query = if query.is_empty() {
            String::new()
        } else {
            format!("?{query}")
        };
        format!("{server}/{}{query}", self.name)
    }

    pub fn run(&self, statement: &str) -> Vec<u8> {
        psql(&self.url(), statement)
    }

    /// The contents of every table, in binary and as `pg_dump` writes it.
    pub fn dump(&self) -> Vec<(String, Vec<u8>)> {
        let tables = "SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) FROM pg_tables
                      WHERE schemaname NOT IN ('pg_catalog', 'information_schema')";
        let tables = String::from_utf8(self.run(tables)).unwrap();
        let tables: Vec<_> = tables.lines().filter(|line| !line.is_empty()).collect();
        assert!(!tables.is_empty(), "the database has no tables");
        let bytes = |&table: &&str| {
            (
                table.to_owned(),
                self.run(&format!("COPY {table} TO STDOUT (FORMAT binary)")),
            )
        };
        let mut dump: Vec<_> = tables.iter().map(bytes).collect();
        let text = Command::new("pg_dump").args(["--inserts", &self.url()]).output();
        dump.push(("pg_dump".to_owned(), output_of("pg_dump", text)));
        // Recent statements and their parameters.
        dump.push(("activity".to_owned(), self.run("SELECT query FROM pg_stat_activity")));
        dump
    }
}

impl Drop for PostgresDatabase {
    fn drop(&mut self) {
        psql(&self.main, &format!("DROP DATABASE {} WITH (FORCE)", self.name));
    }
}

/// The result of a statement, one line per row.
/// The answer to a statement, without headers.
pub fn psql(url: &str, statement: &str) -> Vec<u8> {
    output_of(
        "psql",
        Command::new("psql")
            .args(["-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-c", statement, url])
            .output(),
    )
}

pub fn output_of(program: &str, output: std::io::Result<Output>) -> Vec<u8> {
    let output = output.unwrap_or_else(|error| panic!("these tests need {program} in the PATH: {error}"));
    assert!(
        output.status.success(),
        "{program}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    output.stdout
}

/// A numbered Redis database, which is emptied before and after.
pub struct RedisDatabase {
    url: String,
}

impl RedisDatabase {
    /// Other tests use database 0, with prefixes.
    const NUMBER: u8 = 9;

    fn new(main: &str) -> Self {
        let database = Self {
            url: format!("{}/{}", main.trim_end_matches('/'), Self::NUMBER),
        };
        database.ask(&["FLUSHDB"]);
        database
    }

    pub fn url(&self) -> String {
        self.url.clone()
    }

    pub fn ask(&self, command: &[&str]) -> Vec<u8> {
        output_of(
            "redis-cli",
            Command::new("redis-cli")
                .args(["-u", &self.url, "--raw"])
                .args(command)
                .output(),
        )
    }

    /// The contents of every key.
    pub fn dump(&self) -> Vec<(String, Vec<u8>)> {
        let text = |command: &[&str]| String::from_utf8(self.ask(command)).unwrap();
        let keys = text(&["KEYS", "*"]);
        let mut dump: Vec<_> = keys
            .lines()
            .filter(|key| !key.is_empty())
            .map(|key| {
                let content = match text(&["TYPE", key]).trim() {
                    "stream" => [
                        self.ask(&["XRANGE", key, "-", "+"]),
                        self.ask(&["XINFO", "STREAM", key, "FULL", "COUNT", "0"]),
                    ]
                    .concat(),
                    "string" => self.ask(&["GET", key]),
                    "hash" => self.ask(&["HGETALL", key]),
                    "list" => self.ask(&["LRANGE", key, "0", "-1"]),
                    "set" => self.ask(&["SMEMBERS", key]),
                    "zset" => self.ask(&["ZRANGE", key, "0", "-1", "WITHSCORES"]),
                    // Expired in the meantime.
                    "none" => Vec::new(),
                    other => panic!("unexpected key type {other}"),
                };
                (format!("Redis {key}"), content)
            })
            .collect();
        dump.push(("names of keys".to_owned(), keys.into_bytes()));
        dump.push(("slow log".to_owned(), self.ask(&["SLOWLOG", "GET", "1000"])));
        dump
    }
}

impl Drop for RedisDatabase {
    fn drop(&mut self) {
        self.ask(&["FLUSHDB"]);
    }
}
