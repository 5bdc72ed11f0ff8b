//! HTTP/1.1 on one connection.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use poem::endpoint::BoxEndpoint;
use poem::http::uri::Scheme;
use poem::web::{LocalAddr, RemoteAddr};
use poem::{Addr, Endpoint, Response};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_util::sync::CancellationToken;

use super::TimeLimits;
use super::progress::Progress;
use super::stream::LimitedStream;

/// Size of the largest request head, in bytes. Keys, the longest part, have up to 1,500.
const MAX_HEAD: usize = 32 << 10;

/// Serves one connection until it ends; after `soft` is cancelled, until the current request ends.
pub async fn serve_connection<S: AsyncRead + AsyncWrite + Send + Unpin>(
    stream: S,
    peer: SocketAddr,
    endpoint: Arc<BoxEndpoint<'static, Response>>,
    times: TimeLimits,
    soft: &CancellationToken,
) {
    let progress = Arc::new(Progress::new(times));
    let service = hyper::service::service_fn({
        let progress = progress.clone();
        move |request: hyper::Request<Incoming>| {
            let (endpoint, progress) = (endpoint.clone(), progress.clone());
            progress.request_began();
            async move {
                let address = || Addr::from(peer);
                let request = (request, LocalAddr(address()), RemoteAddr(address()), Scheme::HTTP);
                let response: hyper::Response<_> = endpoint.get_response(request.into()).await.into();
                Ok::<_, Infallible>(response.map(|body| ResponseBody { body, progress }))
            }
        }
    });
    let stream = TokioIo::new(LimitedStream::new(stream, progress));
    let connection = http1::Builder::new()
        .max_buf_size(MAX_HEAD)
        // The stream has the time limits; hyper's own would also apply to idle connections.
        .header_read_timeout(None)
        .serve_connection(stream, service);
    tokio::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => Some(ended),
        () = soft.cancelled() => None,
    };
    // Errors are the client's: what it sent is not HTTP, or it went away.
    if ended.is_none() {
        connection.as_mut().graceful_shutdown();
        let _: Result<(), hyper::Error> = connection.await;
    }
}

/// The body of a response, whose end is the end of the request.
struct ResponseBody<B> {
    body: B,
    progress: Arc<Progress>,
}

impl<B: Body<Data = Bytes> + Unpin> Body for ResponseBody<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl<B> Drop for ResponseBody<B> {
    fn drop(&mut self) {
        self.progress.response_ended();
    }
}
