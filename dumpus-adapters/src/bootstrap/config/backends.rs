//! Where an instance keeps things: settings that the server and the worker share.

use std::fmt;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::groups::Secret;
use super::reader::Reader;

/// Where things are kept.
#[derive(Clone, Debug)]
pub struct BackendSettings {
    /// PostgreSQL and Redis; `None` is embedded mode.
    pub services: Option<Services>,
    /// What seals the links of waiting packages; `None` is made once and kept in the database.
    pub instance_key: Option<InstanceKeyBytes>,
    /// How long results are kept; `None` until they are deleted.
    pub retention: Option<Duration>,
    /// An object store for results; `None` keeps them in the database.
    pub object_store: Option<ObjectStoreSettings>,
}

/// Addresses of PostgreSQL and Redis: with passwords.
#[derive(Clone, Debug)]
pub struct Services {
    /// `postgres://` or `postgresql://`.
    pub postgres: Secret,
    /// `redis://` or `rediss://`.
    pub redis: Secret,
}

/// 32 bytes that are never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct InstanceKeyBytes(pub [u8; 32]);

impl fmt::Debug for InstanceKeyBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InstanceKeyBytes(redacted)")
    }
}

/// An S3-compatible store.
#[derive(Clone, Debug)]
pub struct ObjectStoreSettings {
    /// Its bucket.
    pub bucket: String,
    /// Where this program reaches it; `None` is Amazon's.
    pub endpoint: Option<String>,
    /// Where clients reach it; `None` is the same.
    pub public_endpoint: Option<String>,
    /// The bucket's region.
    pub region: String,
    /// The folder of the results in the bucket; empty for none.
    pub prefix: String,
    /// Whether the bucket is in the path of addresses.
    pub path_style: bool,
    /// Who may use it.
    pub access_key: Secret,
    /// The proof.
    pub secret_key: Secret,
}

impl BackendSettings {
    /// Reads them.
    pub fn read(reader: &mut Reader<'_>) -> Self {
        let (postgres, redis) = (reader.secret("POSTGRES_URL"), reader.secret("REDIS_URL"));
        check_scheme(
            reader,
            "POSTGRES_URL",
            postgres.as_ref(),
            &["postgres://", "postgresql://"],
        );
        check_scheme(reader, "REDIS_URL", redis.as_ref(), &["redis://", "rediss://"]);
        let services = match (postgres, redis) {
            (Some(postgres), Some(redis)) => Some(Services { postgres, redis }),
            (None, None) => None,
            (Some(_), None) => {
                reader.problem("POSTGRES_URL is set but REDIS_URL is not: set both, or neither for embedded mode");
                None
            }
            (None, Some(_)) => {
                reader.problem("REDIS_URL is set but POSTGRES_URL is not: set both, or neither for embedded mode");
                None
            }
        };
        let expected = "the base64 of 32 bytes, such as `openssl rand -base64 32` makes";
        Self {
            services,
            instance_key: reader.read("DUMPUS_INSTANCE_KEY", None, expected, |value| {
                let bytes = STANDARD.decode(value).ok()?;
                Some(Some(InstanceKeyBytes(bytes.try_into().ok()?)))
            }),
            retention: reader.read("DUMPUS_RETENTION_DAYS", None, "a number of days above 0", |value| {
                let days: f64 = value.parse().ok().filter(|days| *days > 0.0)?;
                Duration::try_from_secs_f64(days * 86_400.0).ok().map(Some)
            }),
            object_store: ObjectStoreSettings::read(reader),
        }
    }
}

fn check_scheme(reader: &mut Reader<'_>, name: &str, url: Option<&Secret>, schemes: &[&str]) {
    if let Some(url) = url
        && !schemes.iter().any(|scheme| url.expose().starts_with(scheme))
    {
        reader.problem(format!("{name} does not begin with {}", schemes.join(" or ")));
    }
}

impl ObjectStoreSettings {
    fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let endpoint = reader.address("DUMPUS_S3_ENDPOINT");
        let public_endpoint = reader.address("DUMPUS_S3_PUBLIC_ENDPOINT");
        let keys = (
            reader.secret("DUMPUS_S3_ACCESS_KEY"),
            reader.secret("DUMPUS_S3_SECRET_KEY"),
        );
        let Some(bucket) = reader.text("DUMPUS_S3_BUCKET") else {
            if endpoint.is_some() || public_endpoint.is_some() || keys.0.is_some() || keys.1.is_some() {
                reader.problem("DUMPUS_S3_BUCKET is missing although other settings of the object store are there");
            }
            return None;
        };
        let (Some(access_key), Some(secret_key)) = keys else {
            reader.problem("DUMPUS_S3_BUCKET needs DUMPUS_S3_ACCESS_KEY and DUMPUS_S3_SECRET_KEY");
            return None;
        };
        let path_style = reader.read("DUMPUS_S3_PATH_STYLE", endpoint.is_some(), "true or false", |value| {
            value.parse().ok()
        });
        Some(Self {
            bucket,
            prefix: reader.text("DUMPUS_S3_PREFIX").unwrap_or_default(),
            path_style,
            endpoint,
            public_endpoint,
            region: reader
                .text("DUMPUS_S3_REGION")
                .unwrap_or_else(|| "us-east-1".to_owned()),
            access_key,
            secret_key,
        })
    }
}
