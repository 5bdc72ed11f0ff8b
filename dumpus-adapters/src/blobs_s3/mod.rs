//! Blobs in an S3-compatible object store. Browsers fetch them from there, by addresses that are signed here.

mod cors;
mod fault;
mod options;
mod transport;
mod versions;

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use bytes::Bytes;
use dumpus_ports::blobs::{BlobError, BlobKey, BlobStore};
use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::list::{PaginatedListOptions, PaginatedListStore};
use object_store::path::Path;
use object_store::signer::{Method, Signer};
use object_store::{
    Attribute, Attributes, BackoffConfig, ClientOptions, ObjectMeta, ObjectStore, ObjectStoreExt, PutOptions,
    RetryConfig,
};

pub use cors::CorsError;
pub use options::{S3Options, S3OptionsError};

use fault::Fault;
use options::Checked;
use transport::Transport;

/// For everything but the bytes of blobs: as long as a request may wait for all of its backends.
const SMALL_LIMIT: Duration = Duration::from_secs(2);
/// For a page of a list, and for the bytes of a blob beside what its size takes.
const TRANSFER_LIMIT: Duration = Duration::from_secs(10);
/// A slower way to the store is taken for a dead one.
const BYTES_PER_SECOND: u64 = 512 * 1024;
/// As many keys as S3 lists at once.
const PAGE: u32 = 1000;

/// Blobs in an S3-compatible object store.
pub struct S3Blobs {
    store: AmazonS3,
    /// Signs for the address that browsers use: the host is part of a signature.
    public: AmazonS3,
    transport: Transport,
    prefix: Path,
    bucket: String,
    region: String,
    bucket_address: String,
}

impl fmt::Debug for S3Blobs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("S3Blobs")
            .field("bucket", &self.bucket)
            .field("prefix", &self.prefix.as_ref())
            .finish_non_exhaustive()
    }
}

impl S3Blobs {
    /// The blobs in the bucket that the options name. Nothing is sent: see [`BlobStore::ping`] and
    /// [`S3Blobs::check_cors`].
    ///
    /// # Errors
    /// When an option cannot be used.
    pub fn new(options: S3Options) -> Result<Self, S3OptionsError> {
        let checked = Checked::new(options)?;
        let is_plain = |endpoint: &str| endpoint.starts_with("http:");
        let allow_http = is_plain(&checked.endpoint) || is_plain(&checked.public_endpoint);
        let transport = Transport::new(allow_http).ok_or(S3OptionsError::Refused)?;
        let client = |endpoint: &str| {
            let options = &checked.options;
            AmazonS3Builder::new()
                .with_endpoint(endpoint)
                .with_bucket_name(&options.bucket)
                .with_region(&options.region)
                .with_access_key_id(options.access_key.trim())
                .with_secret_access_key(options.secret_key.trim())
                .with_virtual_hosted_style_request(!checked.path_style)
                .with_client_options(ClientOptions::new().with_allow_http(is_plain(endpoint)))
                .with_disable_bulk_delete(true)
                .with_retry(retries())
                .with_http_connector(transport.clone())
                .build()
                .map_err(|_| S3OptionsError::Refused)
        };
        Ok(Self {
            store: client(&checked.endpoint)?,
            public: client(&checked.public_endpoint)?,
            transport: transport.clone(),
            bucket_address: if checked.path_style {
                format!("{}/{}", checked.endpoint, checked.options.bucket)
            } else {
                format!("{}/", checked.endpoint)
            },
            prefix: checked.prefix,
            bucket: checked.options.bucket,
            region: checked.options.region,
        })
    }

    fn path(&self, key: BlobKey) -> Path {
        self.prefix.clone().join(key.to_string())
    }

    /// What stands before the names of the blobs.
    fn folder(&self) -> String {
        match self.prefix.as_ref() {
            "" => String::new(),
            prefix => format!("{prefix}/"),
        }
    }

    async fn store_bytes(&self, path: &Path, bytes: Bytes) -> Result<(), Fault> {
        let limit = transfer_limit(bytes.len() as u64);
        let attributes = [
            (Attribute::ContentType, "application/octet-stream"),
            (Attribute::CacheControl, "no-store"),
        ];
        let options = PutOptions::from(Attributes::from_iter(attributes));
        within(limit, self.store.put_opts(path, bytes.into(), options)).await?;
        Ok(())
    }

    /// Some objects behind a key, in order, and whether there are more.
    async fn page(&self, after: Option<String>, count: u32, limit: Duration) -> Result<(Vec<ObjectMeta>, bool), Fault> {
        let folder = self.folder();
        let options = PaginatedListOptions {
            offset: after.map(|name| format!("{folder}{name}")),
            max_keys: usize::try_from(count).ok(),
            ..PaginatedListOptions::default()
        };
        let prefix = (!folder.is_empty()).then_some(folder.as_str());
        let page = within(limit, self.store.list_paginated(prefix, options)).await?;
        Ok((page.result.objects, page.page_token.is_some()))
    }

    async fn signed(&self, path: &Path, ttl: Duration) -> Result<String, Fault> {
        let url = within(SMALL_LIMIT, self.public.signed_url(Method::GET, path, ttl)).await?;
        Ok(url.into())
    }

    /// The name under the prefix.
    fn name<'a>(&self, path: &'a Path) -> Option<&'a str> {
        path.as_ref().strip_prefix(self.folder().as_str())
    }

    /// The blob at a path; other objects of the bucket are not ours to sweep.
    fn key(&self, path: &Path) -> Option<BlobKey> {
        self.name(path)?.parse().ok()
    }
}

#[async_trait]
impl BlobStore for S3Blobs {
    async fn put(&self, key: BlobKey, bytes: Bytes) -> Result<(), BlobError> {
        let stored = self.store_bytes(&self.path(key), bytes).await;
        stored.map_err(|fault| fault.during("storing a blob"))
    }

    async fn get(&self, key: BlobKey) -> Result<Option<Bytes>, BlobError> {
        let failed = |fault: Fault| fault.during("fetching a blob");
        let found = match within(SMALL_LIMIT, self.store.get(&self.path(key))).await {
            Ok(found) => found,
            Err(fault) if fault.is_absence() => return Ok(None),
            Err(fault) => return Err(failed(fault)),
        };
        let limit = transfer_limit(found.meta.size);
        within(limit, found.bytes()).await.map(Some).map_err(failed)
    }

    async fn contains(&self, key: BlobKey) -> Result<bool, BlobError> {
        match within(SMALL_LIMIT, self.store.head(&self.path(key))).await {
            Ok(_) => Ok(true),
            Err(fault) if fault.is_absence() => Ok(false),
            Err(fault) => Err(fault.during("looking for a blob")),
        }
    }

    async fn delete(&self, key: BlobKey) -> Result<(), BlobError> {
        match within(SMALL_LIMIT, self.store.delete(&self.path(key))).await {
            Err(fault) if !fault.is_absence() => Err(fault.during("deleting a blob")),
            _ => Ok(()),
        }
    }

    async fn older_than(&self, age: Duration, after: Option<BlobKey>, limit: u32) -> Result<Vec<BlobKey>, BlobError> {
        // This machine's clock decides: stores refuse what was signed by a clock that is more than 15 minutes off.
        let latest = SystemTime::now()
            .checked_sub(age)
            .and_then(|time| time.duration_since(UNIX_EPOCH).ok())
            .map_or(i64::MIN, |time| i64::try_from(time.as_millis()).unwrap_or(i64::MAX));
        let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
        let mut found = Vec::new();
        let mut behind = after.map(|key| key.to_string());
        while found.len() < wanted {
            let page = self.page(behind, limit.min(PAGE), TRANSFER_LIMIT).await;
            let (mut objects, more) = page.map_err(|fault| fault.during("listing blobs"))?;
            // Stores list in order; the client does not promise it.
            objects.sort_unstable_by(|one, other| one.location.cmp(&other.location));
            let old = objects
                .iter()
                .filter(|object| object.last_modified.timestamp_millis() <= latest);
            found.extend(old.filter_map(|object| self.key(&object.location)));
            let last = objects.last().and_then(|object| self.name(&object.location));
            match last {
                Some(last) if more => behind = Some(last.to_owned()),
                _ => break,
            }
        }
        found.truncate(wanted);
        Ok(found)
    }

    async fn presigned(&self, key: BlobKey, ttl: Duration) -> Result<Option<String>, BlobError> {
        let signed = self.signed(&self.path(key), ttl).await;
        signed.map(Some).map_err(|fault| fault.during("signing an address"))
    }

    async fn ping(&self) -> Result<(), BlobError> {
        let page = self.page(None, 1, SMALL_LIMIT).await;
        page.map(drop).map_err(|fault| fault.during("listing the bucket"))
    }
}

fn retries() -> RetryConfig {
    RetryConfig {
        backoff: BackoffConfig {
            init_backoff: Duration::from_millis(50),
            max_backoff: Duration::from_millis(200),
            base: 2.0,
        },
        max_retries: 2,
        retry_timeout: SMALL_LIMIT,
    }
}

fn transfer_limit(bytes: u64) -> Duration {
    TRANSFER_LIMIT + Duration::from_secs(bytes / BYTES_PER_SECOND)
}

async fn within<T>(limit: Duration, call: impl Future<Output = object_store::Result<T>>) -> Result<T, Fault> {
    match tokio::time::timeout(limit, call).await {
        Ok(answer) => answer.map_err(|error| Fault::of(&error)),
        Err(_) => Err(Fault::Late),
    }
}
