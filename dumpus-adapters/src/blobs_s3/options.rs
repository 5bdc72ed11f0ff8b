//! What an operator says about their object store.

use std::fmt;

use object_store::path::Path;
use url::Url;

/// What an operator says about their object store.
#[derive(Clone)]
pub struct S3Options {
    /// Where this process reaches the store, such as `https://s3.eu-central-1.amazonaws.com` or `http://minio:9000`.
    pub endpoint: String,
    /// Where browsers reach it; `None` when that is the same address.
    pub public_endpoint: Option<String>,
    /// Holds the blobs; it has to exist.
    pub bucket: String,
    /// Part of every signature; stores with one region accept `us-east-1`.
    pub region: String,
    /// Names the credentials.
    pub access_key: String,
    /// Signs requests and addresses.
    pub secret_key: String,
    /// The folder of the blobs in the bucket; empty for none.
    pub prefix: String,
    /// Whether the bucket is the first part of the path; else it is the first label of the host.
    pub path_style: bool,
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
        let endpoint = address("endpoint", &options.endpoint, &options)?;
        let public_endpoint = match &options.public_endpoint {
            Some(public) => address("public endpoint", public, &options)?,
            None => endpoint.clone(),
        };
        let prefix = prefix(&options.prefix)?;
        Ok(Self {
            endpoint,
            public_endpoint,
            prefix,
            options,
        })
    }
}

fn address(what: &'static str, text: &str, options: &S3Options) -> Result<String, S3OptionsError> {
    let error = S3OptionsError::Endpoint(what);
    let mut url = Url::parse(text.trim()).map_err(|_| error)?;
    let is_bare = url.username().is_empty() && url.password().is_none() && url.query().is_none();
    if !matches!(url.scheme(), "http" | "https") || !is_bare || url.fragment().is_some() {
        return Err(error);
    }
    if !options.path_style {
        let host = format!("{}.{}", options.bucket, url.domain().ok_or(error)?);
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
            endpoint: "http://store:9000/".to_owned(),
            public_endpoint: Some("https://blobs.example.org".to_owned()),
            bucket: "dumpus".to_owned(),
            region: "us-east-1".to_owned(),
            access_key: "the-access-key".to_owned(),
            secret_key: "the-secret-key".to_owned(),
            prefix: "/results/".to_owned(),
            path_style: true,
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
            path_style: false,
            ..usable()
        })
        .unwrap();
        assert_eq!(host.endpoint, "http://dumpus.store:9000");
        assert_eq!(host.public_endpoint, "https://dumpus.blobs.example.org");
    }

    #[test]
    fn unusable_options_are_named() {
        let endpoint = |text: &str| refusal(|options| options.endpoint = text.to_owned());
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
            refusal(|options| (options.path_style, options.endpoint) = (false, "http://127.0.0.1:9000".to_owned())),
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
