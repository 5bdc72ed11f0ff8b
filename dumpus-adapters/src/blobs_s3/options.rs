//! What an operator says about their object store.

use std::fmt;

use object_store::path::Path;
use url::Url;

#[cfg(feature = "cli")]
use crate::cli::values;

/// What an operator says about their object store.
#[derive(Clone)]
#[cfg_attr(feature = "cli", derive(clap::Args), command(next_help_heading = "Object store"))]
#[non_exhaustive]
pub struct S3Options {
    /// Bucket of an S3-compatible store for results; unset, results are in the database.
    ///
    /// It has to exist.
    #[cfg_attr(feature = "cli", arg(
        long = "s3-bucket", env = "DUMPUS_S3_BUCKET", value_name = "NAME",
        default_value_t = Self::default().bucket, hide_default_value = true,
        requires_all = ["access_key", "secret_key"],
    ))]
    pub bucket: String,
    /// Where this program reaches the store, such as `http://minio:9000`; by default Amazon's address for the region.
    #[cfg_attr(feature = "cli", arg(
        long = "s3-endpoint", env = "DUMPUS_S3_ENDPOINT", value_name = "URL", value_parser = values::address,
        requires = "bucket",
    ))]
    pub endpoint: Option<String>,
    /// Where browsers reach the store; by default the same address.
    #[cfg_attr(feature = "cli", arg(
        long = "s3-public-endpoint", env = "DUMPUS_S3_PUBLIC_ENDPOINT", value_name = "URL",
        value_parser = values::address, requires = "bucket",
    ))]
    pub public_endpoint: Option<String>,
    /// Region of the bucket.
    ///
    /// It is part of every signature; stores with one region accept the default.
    #[cfg_attr(feature = "cli", arg(
        long = "s3-region", env = "DUMPUS_S3_REGION", value_name = "NAME", default_value_t = Self::default().region,
    ))]
    pub region: String,
    /// Folder of the results in the bucket; by default none.
    #[cfg_attr(feature = "cli", arg(
        long = "s3-prefix", env = "DUMPUS_S3_PREFIX", value_name = "FOLDER",
        default_value_t = Self::default().prefix, hide_default_value = true,
    ))]
    pub prefix: String,
    /// Whether the bucket is in the path of addresses instead of the host name; by default true with an endpoint.
    #[cfg_attr(
        feature = "cli",
        arg(long = "s3-path-style", env = "DUMPUS_S3_PATH_STYLE", value_name = "BOOLEAN",)
    )]
    pub path_style: Option<bool>,
    /// Access key of the store.
    #[cfg_attr(feature = "cli", arg(
        long = "s3-access-key", env = "DUMPUS_S3_ACCESS_KEY", hide_env_values = true,
        default_value_t = Self::default().access_key, requires = "bucket",
    ))]
    pub access_key: String,
    /// Secret key of the store.
    #[cfg_attr(feature = "cli", arg(
        long = "s3-secret-key", env = "DUMPUS_S3_SECRET_KEY", hide_env_values = true,
        default_value_t = Self::default().secret_key, requires = "bucket",
    ))]
    pub secret_key: String,
}

/// Amazon's region that other stores accept, and no bucket.
impl Default for S3Options {
    fn default() -> Self {
        Self {
            bucket: String::new(),
            endpoint: None,
            public_endpoint: None,
            region: "us-east-1".to_owned(),
            prefix: String::new(),
            path_style: None,
            access_key: String::new(),
            secret_key: String::new(),
        }
    }
}

impl fmt::Debug for S3Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("S3Options")
            .field("bucket", &self.bucket)
            .field("region", &self.region)
            .field("prefix", &self.prefix)
            .field("path_style", &self.path_style)
            .finish_non_exhaustive()
    }
}

/// Which of the options cannot be used. The values are not repeated: an endpoint may hold credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum S3OptionsError {
    /// The endpoint, or the public one.
    #[error(
        "the {0} of the object store has to be http:// or https:// and a host, without credentials, query or fragment"
    )]
    Endpoint(&'static str),
    /// The name of the bucket.
    #[error("the bucket's name has 3 to 63 lower-case letters, digits, dots and hyphens")]
    Bucket,
    /// The region.
    #[error("the region of the object store has letters, digits and hyphens only")]
    Region,
    /// The access key or the secret key.
    #[error("the {0} of the object store is missing")]
    Credential(&'static str),
    /// The prefix.
    #[error("the prefix of the object store's keys has letters, digits, dots, hyphens, underscores and single slashes")]
    Prefix,
    /// Something that only the client of the store knows.
    #[error("the client of the object store refuses the options")]
    Refused,
}

/// Options that were found usable.
#[derive(Clone)]
pub(super) struct Checked {
    /// With the bucket in its host unless the style is that of paths.
    pub(super) endpoint: String,
    pub(super) public_endpoint: String,
    pub(super) path_style: bool,
    pub(super) prefix: Path,
    pub(super) options: S3Options,
}

impl Checked {
    pub(super) fn new(options: S3Options) -> Result<Self, S3OptionsError> {
        let is_bucket_character = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-');
        if !(3..=63).contains(&options.bucket.len()) || !options.bucket.bytes().all(is_bucket_character) {
            return Err(S3OptionsError::Bucket);
        }
        let is_region_character = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        if options.region.is_empty() || !options.region.bytes().all(is_region_character) {
            return Err(S3OptionsError::Region);
        }
        for (what, value) in [("access key", &options.access_key), ("secret key", &options.secret_key)] {
            if value.trim().is_empty() {
                return Err(S3OptionsError::Credential(what));
            }
        }
        let path_style = options.path_style.unwrap_or(options.endpoint.is_some());
        let bucket = (!path_style).then_some(&*options.bucket);
        let endpoint = match &options.endpoint {
            Some(endpoint) => address("endpoint", endpoint, bucket)?,
            None => address(
                "endpoint",
                &format!("https://s3.{}.amazonaws.com", options.region),
                bucket,
            )?,
        };
        let public_endpoint = match &options.public_endpoint {
            Some(public) => address("public endpoint", public, bucket)?,
            None => endpoint.clone(),
        };
        let prefix = prefix(&options.prefix)?;
        Ok(Self {
            endpoint,
            public_endpoint,
            path_style,
            prefix,
            options,
        })
    }
}

/// Checks an address, and puts the bucket into its host.
fn address(what: &'static str, text: &str, bucket: Option<&str>) -> Result<String, S3OptionsError> {
    let error = S3OptionsError::Endpoint(what);
    let mut url = Url::parse(text.trim()).map_err(|_| error)?;
    let is_bare = url.username().is_empty() && url.password().is_none() && url.query().is_none();
    if !matches!(url.scheme(), "http" | "https") || !is_bare || url.fragment().is_some() {
        return Err(error);
    }
    if let Some(bucket) = bucket {
        let host = format!("{bucket}.{}", url.domain().ok_or(error)?);
        url.set_host(Some(&host)).map_err(|_| error)?;
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

fn prefix(text: &str) -> Result<Path, S3OptionsError> {
    let text = text.trim_matches('/');
    let is_part = |part: &str| {
        let is_character = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
        !matches!(part, "" | "." | "..") && part.bytes().all(is_character)
    };
    if !text.is_empty() && !text.split('/').all(is_part) {
        return Err(S3OptionsError::Prefix);
    }
    Path::parse(text).map_err(|_| S3OptionsError::Prefix)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usable() -> S3Options {
        S3Options {
            endpoint: Some("http://store:9000/".to_owned()),
            public_endpoint: Some("https://blobs.example.org".to_owned()),
            bucket: "dumpus".to_owned(),
            region: "us-east-1".to_owned(),
            access_key: "the-access-key".to_owned(),
            secret_key: "the-secret-key".to_owned(),
            prefix: "/results/".to_owned(),
            path_style: None,
        }
    }

    fn refusal(change: impl Fn(&mut S3Options)) -> Option<S3OptionsError> {
        let mut options = usable();
        change(&mut options);
        Checked::new(options).err()
    }

    #[test]
    fn the_bucket_is_in_the_path_or_in_the_host() {
        let path = Checked::new(usable()).unwrap();
        assert_eq!(path.endpoint, "http://store:9000");
        assert_eq!(path.prefix.as_ref(), "results");
        let host = Checked::new(S3Options {
            path_style: Some(false),
            ..usable()
        })
        .unwrap();
        assert_eq!(host.endpoint, "http://dumpus.store:9000");
        assert_eq!(host.public_endpoint, "https://dumpus.blobs.example.org");
        let amazon = Checked::new(S3Options {
            endpoint: None,
            public_endpoint: None,
            region: "eu-central-1".to_owned(),
            ..usable()
        })
        .unwrap();
        assert_eq!(amazon.endpoint, "https://dumpus.s3.eu-central-1.amazonaws.com");
        assert_eq!(amazon.public_endpoint, amazon.endpoint);
    }

    #[test]
    fn unusable_options_are_named() {
        let endpoint = |text: &str| refusal(|options| options.endpoint = Some(text.to_owned()));
        for text in [
            "",
            "store:9000",
            "ftp://store",
            "http://name:word@store",
            "http://store/?a=b",
        ] {
            assert_eq!(endpoint(text), Some(S3OptionsError::Endpoint("endpoint")), "{text}");
        }
        assert_eq!(
            refusal(|options| options.public_endpoint = Some("blobs".to_owned())),
            Some(S3OptionsError::Endpoint("public endpoint"))
        );
        assert_eq!(
            refusal(|options| (options.path_style, options.endpoint) =
                (Some(false), Some("http://127.0.0.1:9000".to_owned()))),
            Some(S3OptionsError::Endpoint("endpoint"))
        );
        assert_eq!(
            refusal(|options| options.bucket = "a/b".to_owned()),
            Some(S3OptionsError::Bucket)
        );
        assert_eq!(
            refusal(|options| options.region = String::new()),
            Some(S3OptionsError::Region)
        );
        assert_eq!(
            refusal(|options| options.secret_key = " ".to_owned()),
            Some(S3OptionsError::Credential("secret key"))
        );
        for prefix in ["a//b", "../a", "a b"] {
            assert_eq!(
                refusal(|options| options.prefix = prefix.to_owned()),
                Some(S3OptionsError::Prefix)
            );
        }
    }

    #[test]
    fn debug_holds_no_credentials() {
        let text = format!("{:?}", usable());
        assert!(text.contains("dumpus") && !text.contains("the-"), "{text}");
    }
}
