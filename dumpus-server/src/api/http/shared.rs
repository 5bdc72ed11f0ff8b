//! Response bodies that all responses share, so that clients that do not read them cost no memory.

use std::marker::PhantomData;

use bytes::Bytes;
use poem::{IntoResponse, Response};
use poem_openapi::ApiResponse;
use poem_openapi::payload::Payload;
use poem_openapi::registry::{MetaResponses, MetaSchemaRef, Registry};

/// Shared bytes, described as the payload `P`.
pub(in crate::api) struct Shared<P> {
    bytes: Bytes,
    payload: PhantomData<fn() -> P>,
}

impl<P> Shared<P> {
    pub(in crate::api) const fn new(bytes: Bytes) -> Self {
        Self {
            bytes,
            payload: PhantomData,
        }
    }
}

impl<P: Payload> Payload for Shared<P> {
    const CONTENT_TYPE: &'static str = P::CONTENT_TYPE;

    fn check_content_type(content_type: &str) -> bool {
        P::check_content_type(content_type)
    }

    fn schema_ref() -> MetaSchemaRef {
        P::schema_ref()
    }

    fn register(registry: &mut Registry) {
        P::register(registry);
    }
}

impl<P: Payload> IntoResponse for Shared<P> {
    fn into_response(self) -> Response {
        Response::builder().content_type(P::CONTENT_TYPE).body(self.bytes)
    }
}

impl<P: Payload + ApiResponse> ApiResponse for Shared<P> {
    fn meta() -> MetaResponses {
        P::meta()
    }

    fn register(registry: &mut Registry) {
        <P as ApiResponse>::register(registry);
    }
}
