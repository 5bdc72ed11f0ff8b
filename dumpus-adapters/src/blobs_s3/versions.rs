//! Detects buckets with versions, which keep deleted blobs.

use http_body_util::{BodyExt, Limited};
use object_store::aws::AwsAuthorizer;
use object_store::client::{HttpRequest, HttpRequestBody};

use super::{S3Blobs, SMALL_LIMIT};

const RESPONSE_LIMIT: usize = 64 * 1024;

impl S3Blobs {
    /// Whether the bucket keeps versions, so that the operator of the store can still read a deleted result; `None` if the
    /// store does not support the query.
    pub async fn keeps_versions(&self) -> Option<bool> {
        tokio::time::timeout(SMALL_LIMIT, self.ask_for_versions()).await.ok()?
    }

    async fn ask_for_versions(&self) -> Option<bool> {
        let credential = self.store.credentials().get_credential().await.ok()?;
        let mut request = HttpRequest::new(HttpRequestBody::empty());
        *request.uri_mut() = format!("{}?versioning=", self.bucket_address).parse().ok()?;
        let authorizer = AwsAuthorizer::new(&credential, "s3", &self.region);
        authorizer.try_authorize(&mut request, None).ok()?;
        let response = self.transport.send(request).await.ok()?;
        if !response.status().is_success() {
            return None;
        }
        let body = Limited::new(response.into_body(), RESPONSE_LIMIT)
            .collect()
            .await
            .ok()?;
        let document = String::from_utf8_lossy(&body.to_bytes()).into_owned();
        // A suspended bucket creates no new versions, but keeps existing ones, and a deletion only adds a marker.
        let is_supported = document.contains("<VersioningConfiguration");
        is_supported.then(|| document.contains("<Status>Enabled<") || document.contains("<Status>Suspended<"))
    }
}
