//! Answers two questions about a process over HTTP/1.1.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{CACHE_CONTROL, CONTENT_TYPE};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};

/// Connections at a time: a container engine and a few monitors ask every few seconds.
const CONNECTIONS: usize = 32;
/// The whole life of a connection.
const LIFE: Duration = Duration::from_secs(10);
/// Pause after a connection could not be accepted, for example without a file descriptor.
const PAUSE: Duration = Duration::from_millis(100);

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// Whether the process works, `/health`.
    Health,
    /// Whether it and what it needs can do their work, `/ready`.
    Ready,
}

/// What is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Whether all is well: the status is 200, else 503.
    pub is_ok: bool,
    /// A JSON document.
    pub body: String,
}

/// Answers until it is dropped.
pub async fn serve<F>(listener: TcpListener, answer: impl Fn(Question) -> F + Send + Sync + 'static)
where
    F: Future<Output = Answer> + Send,
{
    let (answer, connections) = (Arc::new(answer), Arc::new(Semaphore::new(CONNECTIONS)));
    loop {
        let Ok(permit) = connections.clone().acquire_owned().await else {
            return;
        };
        let Ok((stream, _)) = listener.accept().await else {
            sleep(PAUSE).await;
            continue;
        };
        let answer = answer.clone();
        tokio::spawn(async move {
            let service = service_fn(move |request| respond(request, answer.clone()));
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(LIFE)
                .keep_alive(false)
                .serve_connection(TokioIo::new(stream), service);
            // Whoever asked may have gone.
            drop(timeout(LIFE, connection).await);
            drop(permit);
        });
    }
}

async fn respond<F>(
    request: Request<Incoming>,
    answer: Arc<impl Fn(Question) -> F + Send + Sync>,
) -> Result<Response<Full<Bytes>>, Infallible>
where
    F: Future<Output = Answer> + Send,
{
    let question = match request.uri().path() {
        "/health" => Some(Question::Health),
        "/ready" => Some(Question::Ready),
        _ => None,
    };
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    let (status, body) = match question {
        Some(question) if is_read => {
            let answer = answer(question).await;
            let status = if answer.is_ok {
                StatusCode::OK
            } else {
                StatusCode::SERVICE_UNAVAILABLE
            };
            (status, answer.body)
        }
        Some(_) => (StatusCode::METHOD_NOT_ALLOWED, "{}".to_owned()),
        None => (StatusCode::NOT_FOUND, "{}".to_owned()),
    };
    let mut response = Response::new(Full::new(Bytes::from(body)));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(
        CONTENT_TYPE,
        hyper::header::HeaderValue::from_static("application/json"),
    );
    headers.insert(CACHE_CONTROL, hyper::header::HeaderValue::from_static("no-store"));
    Ok(response)
}
