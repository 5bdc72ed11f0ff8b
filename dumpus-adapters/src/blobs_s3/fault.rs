//! What can go wrong with an object store, in words that hold no address, key or credential.

use std::error::Error;

use dumpus_ports::blobs::BlobError;

/// What the store, or the way to it, did. It travels through the client of the store as the cause of its error.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Fault {
    #[error("it cannot be reached: {0}")]
    Connection(String),
    #[error("it did not answer in time")]
    Late,
    #[error("it answered {status}{}", explain(*.status, .code))]
    Answered { status: u16, code: String },
    #[error("its answer makes no sense")]
    Nonsense,
}

impl Fault {
    /// The fault inside an error of the store's client. The rest of that error names the object: it is dropped.
    pub(super) fn of(error: &(dyn Error + 'static)) -> Self {
        let mut cause: Option<&(dyn Error + 'static)> = Some(error);
        while let Some(error) = cause {
            if let Some(fault) = error.downcast_ref::<Self>() {
                return fault.clone();
            }
            cause = error.source();
        }
        Self::Nonsense
    }

    /// A status that another attempt may change.
    pub(super) const fn is_passing(status: u16) -> bool {
        status >= 500 || matches!(status, 408 | 429)
    }

    /// Whether the store says that there is no such object: a missing bucket is not that.
    pub(super) fn is_absence(&self) -> bool {
        matches!(self, Self::Answered { status: 404, code } if code != "NoSuchBucket")
    }

    pub(super) fn during(self, operation: &'static str) -> BlobError {
        let passes = match &self {
            Self::Connection(_) | Self::Late => true,
            Self::Answered { status, .. } => Self::is_passing(*status),
            Self::Nonsense => false,
        };
        let error = Box::new(StoreError { operation, fault: self });
        if passes {
            BlobError::Unavailable(error)
        } else {
            BlobError::Failed(error)
        }
    }
}

/// What was being done, and what came of it.
#[derive(Debug, thiserror::Error)]
#[error("{operation}: the object store failed: {fault}")]
struct StoreError {
    operation: &'static str,
    fault: Fault,
}

fn explain(status: u16, code: &str) -> String {
    let hint = match (status, code) {
        (_, "NoSuchBucket") => ": there is no such bucket",
        (_, "InvalidAccessKeyId" | "SignatureDoesNotMatch") => ": it does not accept the credentials",
        (_, "AccessDenied" | "AllAccessDisabled") => ": the credentials do not allow it",
        (_, "RequestTimeTooSkewed") => ": its clock and this machine's differ too much",
        (300..=399, _)
        | (_, "PermanentRedirect" | "AuthorizationHeaderMalformed" | "IllegalLocationConstraintException") => {
            ": the region or the endpoint is not the bucket's"
        }
        (401 | 403, _) => ": it refuses the credentials",
        _ => "",
    };
    let code = if code.is_empty() {
        String::new()
    } else {
        format!(" {code}")
    };
    code + hint
}

/// The `Code` of an error's document; empty when there is none. The document's other elements hold what was signed.
pub(super) fn code(body: &[u8]) -> String {
    let body = String::from_utf8_lossy(body);
    let code = body
        .split_once("<Code>")
        .and_then(|(_, rest)| rest.split_once("</Code>"))
        .map_or("", |(code, _)| code);
    let is_name = code.len() <= 64 && code.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if is_name { code.to_owned() } else { String::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(status: u16, code: &str) -> Fault {
        Fault::Answered {
            status,
            code: code.to_owned(),
        }
    }

    #[test]
    fn what_passes_is_unavailable_and_the_rest_is_failed() {
        let passing = [
            Fault::Late,
            Fault::Connection("refused".to_owned()),
            answered(503, "SlowDown"),
            answered(429, ""),
        ];
        for fault in passing {
            assert!(matches!(fault.during("a test"), BlobError::Unavailable(_)));
        }
        for fault in [
            answered(403, "AccessDenied"),
            answered(404, "NoSuchBucket"),
            Fault::Nonsense,
        ] {
            assert!(matches!(fault.during("a test"), BlobError::Failed(_)));
        }
    }

    #[test]
    fn a_missing_bucket_is_not_an_absent_blob() {
        assert!(answered(404, "NoSuchKey").is_absence());
        assert!(!answered(404, "NoSuchBucket").is_absence());
        assert!(!answered(403, "AccessDenied").is_absence());
    }

    #[test]
    fn only_the_code_of_a_document_is_kept() {
        let document = b"<Error><Code>SignatureDoesNotMatch</Code><StringToSign>secret</StringToSign></Error>";
        assert_eq!(code(document), "SignatureDoesNotMatch");
        for other in ["", "<Code>", "<Code>a secret</Code>", "<html>502</html>"] {
            assert_eq!(code(other.as_bytes()), "");
        }
    }
}
