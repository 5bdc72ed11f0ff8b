//! Options and errors of the connection to Redis.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use dumpus_ports::BoxError;
use dumpus_ports::usecase::ProcessSettings;
use fred::error::{Error, ErrorKind};
use fred::types::config::{Config, Server, ServerConfig, TlsConfig, TlsConnector};
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use super::keys::Keys;

/// Where the queue is and how this process takes part in it.
#[derive(Clone)]
#[non_exhaustive]
pub struct RedisOptions {
    /// `redis://user:password@host:port/database`, or `rediss://` for TLS.
    pub url: String,
    /// With TLS, the authorities to trust in place of the system's: a PEM file.
    pub ca_file: Option<PathBuf>,
    /// Begins every key, so that several instances can share one Redis.
    pub prefix: String,
    /// The instance that the queue has to belong to, in hexadecimal digits; the first one to come makes it its own. Empty if
    /// that is of no concern.
    pub instance: String,
    /// Lease duration: a job is delivered again if its worker does not extend the delivery for this long.
    pub lease: Duration,
    /// Name of this worker among the workers.
    pub consumer: String,
}

impl RedisOptions {
    /// The queue at this URL, without further certificates, under the prefix `dumpus` and with the default lease.
    pub fn new(url: impl Into<String>, consumer: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            ca_file: None,
            prefix: "dumpus".to_owned(),
            instance: String::new(),
            lease: ProcessSettings::default().lease,
            consumer: consumer.into(),
        }
    }
}

/// Why connecting to the queue failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// The URL is invalid.
    #[error("the Redis URL is not valid: expected redis://user:password@host:port/database, or rediss:// for TLS")]
    Url,
    /// The CA file is unusable.
    #[error("the CA file for Redis cannot be read: expected certificates in PEM form")]
    CaFile(#[source] BoxError),
    /// There is no connection.
    #[error("Redis at {address} cannot be reached: {source}")]
    Unreachable {
        /// The URL without its password.
        address: String,
        /// The error of the driver.
        #[source]
        source: BoxError,
    },
    /// The user name or password is wrong or missing.
    #[error("Redis at {address} refuses the user name or password")]
    Refused {
        /// The URL without its password.
        address: String,
        /// The error of the driver.
        #[source]
        source: BoxError,
    },
    /// The queue belongs to another instance.
    #[error(
        "Redis at {address} holds the queue of another instance, {owner}: use another database of it, such as /1 at the end \
         of the URL. If that instance does not exist any more, delete the key {key}"
    )]
    OtherInstance {
        /// The URL without its password.
        address: String,
        /// The other instance.
        owner: String,
        /// The key that says so.
        key: String,
    },
    /// No instance has its queue there.
    #[error(
        "Redis at {address} holds no queue: REDIS_URL is not the one of the servers and workers, or none of them has used it \
         since it was emptied"
    )]
    Unclaimed {
        /// The URL without its password.
        address: String,
    },
    /// Redis responds, but is too old or denies required permissions.
    #[error("Redis at {address} cannot hold the queue, which needs version 6.2 and the right to run scripts")]
    Unsuitable {
        /// The URL without its password.
        address: String,
        /// The error of the driver.
        #[source]
        source: BoxError,
    },
}

impl ConnectError {
    /// What a script says when another instance has made the queue its own.
    pub(super) fn other_instance(error: &Error, address: &str, keys: &Keys) -> Option<Self> {
        let owner = error.details().strip_prefix("OTHERINSTANCE ")?.to_owned();
        let (address, key) = (address.to_owned(), keys.instance().to_owned());
        Some(Self::OtherInstance { address, owner, key })
    }
}

impl std::fmt::Debug for RedisOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RedisOptions")
            .field("url", &self.address())
            .field("ca_file", &self.ca_file)
            .field("prefix", &self.prefix)
            .field("instance", &self.instance)
            .field("lease", &self.lease)
            .field("consumer", &self.consumer)
            .finish()
    }
}

impl RedisOptions {
    /// The URL without its credentials.
    pub(super) fn address(&self) -> String {
        let Some((scheme, rest)) = self.url.split_once("://") else {
            return "***".to_owned();
        };
        // A password may contain unencoded special characters.
        match rest.rsplit_once('@') {
            Some((_, host)) => format!("{scheme}://***@{host}"),
            None => self.url.clone(),
        }
    }

    pub(super) fn config(&self) -> Result<Config, ConnectError> {
        let (scheme, rest) = self.url.split_once("://").ok_or(ConnectError::Url)?;
        let tls = match scheme {
            "redis" => None,
            "rediss" => Some(self.tls()?),
            _ => return Err(ConnectError::Url),
        };
        // TLS is configured separately, with the right certificates.
        let mut config = Config::from_url_centralized(&format!("redis://{rest}")).map_err(|_| ConnectError::Url)?;
        if let ServerConfig::Centralized { server } = &config.server {
            // Brackets are part of URLs, but not of addresses.
            let host = server.host.trim_matches(['[', ']']).to_owned();
            let server = Server::new(host, server.port);
            config.server = ServerConfig::Centralized { server };
        }
        config.tls = tls;
        Ok(config)
    }

    fn tls(&self) -> Result<TlsConfig, ConnectError> {
        let unusable = |error: BoxError| ConnectError::CaFile(error);
        let roots = self.roots().map_err(unusable)?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| unusable(error.into()))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(TlsConnector::from(config).into())
    }

    fn roots(&self) -> Result<RootCertStore, BoxError> {
        let mut roots = RootCertStore::empty();
        let Some(path) = &self.ca_file else {
            // Unreadable certificates of the system are ignored.
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            return Ok(roots);
        };
        for certificate in CertificateDer::pem_file_iter(path)? {
            roots.add(certificate?)?;
        }
        if roots.is_empty() {
            return Err("it contains no certificate".into());
        }
        Ok(roots)
    }

    pub(super) fn connect_error(&self, error: Error) -> ConnectError {
        let address = self.address();
        let kind = error.kind().clone();
        if let Some(foreign) = ConnectError::other_instance(&error, &address, &Keys::new(&self.prefix, "")) {
            return foreign;
        }
        let source = error.into();
        match kind {
            ErrorKind::Auth => ConnectError::Refused { address, source },
            ErrorKind::IO | ErrorKind::Timeout | ErrorKind::Tls | ErrorKind::Canceled | ErrorKind::Routing => {
                ConnectError::Unreachable { address, source }
            }
            _ => ConnectError::Unsuitable { address, source },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(url: &str) -> RedisOptions {
        RedisOptions::new(url, "test")
    }

    #[test]
    fn user_password_and_database_are_parsed_from_the_url() {
        let config = options("redis://anna:p%40ss@cache.example:7000/3").config().unwrap();
        assert_eq!(config.username.as_deref(), Some("anna"));
        assert_eq!(config.password.as_deref(), Some("p@ss"));
        assert_eq!(config.database, Some(3));
        assert_eq!(config.server.hosts(), [Server::new("cache.example", 7000)]);
    }

    #[test]
    fn with_a_file_of_authorities_no_public_one_is_trusted() {
        let issued = rcgen::generate_simple_self_signed(["redis.test".to_owned()]).unwrap();
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), issued.cert.pem()).unwrap();
        let mut options = options("rediss://redis.test");
        options.ca_file = Some(file.path().to_owned());
        assert_eq!(options.roots().unwrap().len(), 1);
    }

    #[test]
    fn an_ipv6_address_is_in_brackets() {
        let config = options("redis://[::1]:7000").config().unwrap();
        assert_eq!(config.server.hosts(), [Server::new("::1", 7000)]);
    }

    #[test]
    fn the_error_for_an_invalid_url_does_not_contain_it() {
        for url in [
            "",
            "secret",
            "http://:secret@host",
            "redis://",
            "redis://:secret@host:port",
            "redis://:secret@host/first",
            "redis+unix:///secret",
        ] {
            let error = options(url).config().unwrap_err();
            assert!(matches!(error, ConnectError::Url), "{error}");
            assert!(!error.to_string().contains("secret"));
        }
    }

    #[test]
    fn debug_output_contains_no_password() {
        for url in ["redis://:secret@host:1/2", "rediss://anna:secret@x@host:1/2", "secret"] {
            assert!(!format!("{:?}", options(url)).contains("secret"));
        }
    }
}
