//! Whether deleting erases: a bucket with versions keeps what was deleted.

use http_body_util::{BodyExt, Limited};
use object_store::aws::AwsAuthorizer;
use object_store::client::{HttpRequest, HttpRequestBody};

use super::{S3Blobs, SMALL_LIMIT};

const ANSWER_LIMIT: usize = 64 * 1024;

impl S3Blobs {
    /// Whether the bucket keeps versions, so that a deleted result stays readable for whoever runs the store; `None` when
    /// the store does not tell.
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
        let body = Limited::new(response.into_body(), ANSWER_LIMIT).collect().await.ok()?;
        let document = String::from_utf8_lossy(&body.to_bytes()).into_owned();
        // Suspended keeps the versions that there are and makes no new ones, but a deletion still leaves a marker only.
        let told = document.contains("<VersioningConfiguration");
        told.then(|| document.contains("<Status>Enabled<") || document.contains("<Status>Suspended<"))
    }
}
