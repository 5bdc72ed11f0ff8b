//! A stream that fails once its connection has kept the server waiting for too long.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep_until};

use super::progress::Progress;

/// A stream with the time limits of its connection.
pub(super) struct LimitedStream<S> {
    stream: S,
    progress: Arc<Progress>,
    /// Fires at a deadline that has often moved since; then it is set to the new one.
    timer: Pin<Box<Sleep>>,
}

impl<S> LimitedStream<S> {
    pub(super) fn new(stream: S, progress: Arc<Progress>) -> Self {
        let timer = Box::pin(sleep_until(progress.deadline()));
        Self {
            stream,
            progress,
            timer,
        }
    }

    /// Ready when the deadline has passed; otherwise wakes the task when it does.
    fn poll_deadline(&mut self, context: &mut Context<'_>) -> Poll<io::Error> {
        loop {
            // An earlier deadline than the timer's takes effect at once: heads have less time than idle connections.
            let deadline = self.progress.deadline();
            if deadline < self.timer.deadline() {
                self.timer.as_mut().reset(deadline);
            }
            ready!(self.timer.as_mut().poll(context));
            if self.progress.deadline() <= self.timer.deadline() {
                return Poll::Ready(io::ErrorKind::TimedOut.into());
            }
            self.timer.as_mut().reset(self.progress.deadline());
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for LimitedStream<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        match Pin::new(&mut self.stream).poll_read(context, buffer) {
            Poll::Ready(result) => {
                if buffer.filled().len() > before {
                    self.progress.received();
                }
                Poll::Ready(result)
            }
            Poll::Pending => self.poll_deadline(context).map(Err),
        }
    }
}

impl<S: AsyncWrite + Unpin> LimitedStream<S> {
    fn wrote(&mut self, written: Poll<io::Result<usize>>, context: &mut Context<'_>) -> Poll<io::Result<usize>> {
        match written {
            Poll::Ready(result) => {
                self.progress.sent();
                Poll::Ready(result)
            }
            Poll::Pending => {
                self.progress.blocked();
                self.poll_deadline(context).map(Err)
            }
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for LimitedStream<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.wrote(written, context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, bytes);
        self.wrote(written, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match Pin::new(&mut self.stream).poll_flush(context) {
            Poll::Ready(result) => {
                self.progress.flushed();
                Poll::Ready(result)
            }
            Poll::Pending => self.poll_deadline(context).map(Err),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match Pin::new(&mut self.stream).poll_shutdown(context) {
            Poll::Ready(result) => Poll::Ready(result),
            Poll::Pending => self.poll_deadline(context).map(Err),
        }
    }
}
