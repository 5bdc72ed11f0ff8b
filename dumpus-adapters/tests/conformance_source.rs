//! The contract of package sources, against every adapter.
#![cfg(any(feature = "http", feature = "memory"))]
#![expect(clippy::expect_used, reason = "tests fail by panicking")]

#[cfg(feature = "http")]
mod stub;

use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use dumpus_ports::conformance::source::{Behind, SourceWorld};
use dumpus_ports::domain::link::{LinkPolicy, PackageLink};
use dumpus_ports::source::PackageSource;

/// Links of one origin, a new one at every call.
struct Links {
    origin: String,
    made: AtomicUsize,
}

impl Links {
    fn new(origin: &str) -> Self {
        Self {
            origin: origin.to_owned(),
            made: AtomicUsize::new(0),
        }
    }

    fn policy(&self) -> LinkPolicy {
        LinkPolicy::new(vec![self.origin.parse().expect("an origin")])
    }

    fn next(&self) -> PackageLink {
        let number = self.made.fetch_add(1, Ordering::Relaxed);
        let text = format!("{}/{number}?upn=a-key-of-a-package-{number}", self.origin);
        self.policy().parse(&text).expect("a link")
    }
}

#[cfg(feature = "memory")]
mod memory {
    use super::*;
    use dumpus_adapters::memory::source::{MemoryPackage, MemorySource};
    use std::sync::Arc;

    struct Memory {
        source: MemorySource,
        links: Links,
    }

    #[async_trait]
    impl SourceWorld for Memory {
        fn source(&self) -> &dyn PackageSource {
            &self.source
        }

        async fn link_to(&self, behind: Behind) -> PackageLink {
            let link = self.links.next();
            let package = match behind {
                Behind::Package(bytes) => MemoryPackage::Bytes(Arc::new(bytes)),
                Behind::Expired => MemoryPackage::Expired,
                Behind::NoPackage => MemoryPackage::Invalid,
                Behind::Fault => MemoryPackage::Unavailable,
                Behind::Silence => MemoryPackage::Silence,
            };
            self.source.put(link.address().expose(), package);
            link
        }
    }

    dumpus_ports::package_source_conformance!(async {
        Memory {
            source: MemorySource::default(),
            links: Links::new("https://memory.test"),
        }
    });
}

#[cfg(feature = "http")]
mod http {
    use super::stub::server::{Head, Reply, Stub};
    use super::*;
    use dumpus_adapters::source_http::{HttpSource, HttpSourceSettings};
    use std::sync::{Arc, Mutex};
    use std::time::Duration;

    struct Http {
        source: HttpSource,
        links: Links,
        replies: Arc<Mutex<Vec<Reply>>>,
        _stub: Stub,
    }

    impl Http {
        async fn new(memory: usize) -> Self {
            let replies = Arc::new(Mutex::new(Vec::<Reply>::new()));
            let given = replies.clone();
            let stub = Stub::start(move |_, head: &Head| {
                let number: usize = head.path[1..]
                    .split('?')
                    .next()
                    .and_then(|n| n.parse().ok())
                    .expect("a number");
                given.lock().expect("replies")[number].clone()
            })
            .await;
            let links = Links::new(&stub.origin());
            let mut settings = HttpSourceSettings::default();
            settings.transport.policy = links.policy();
            settings.spool.memory = memory;
            settings.limits.attempts = 3;
            settings.limits.backoff = Duration::from_millis(2);
            Self {
                source: HttpSource::new(settings).expect("a source"),
                links,
                replies,
                _stub: stub,
            }
        }
    }

    #[async_trait]
    impl SourceWorld for Http {
        fn source(&self) -> &dyn PackageSource {
            &self.source
        }

        async fn link_to(&self, behind: Behind) -> PackageLink {
            self.replies.lock().expect("replies").push(match behind {
                Behind::Package(bytes) => Reply::new(200, bytes),
                Behind::Expired => Reply::new(403, "expired"),
                Behind::NoPackage => Reply::new(200, "no package"),
                Behind::Fault => Reply::new(500, "fault"),
                Behind::Silence => Reply::silence(),
            });
            self.links.next()
        }
    }

    mod in_memory {
        dumpus_ports::package_source_conformance!(super::Http::new(1 << 20));
    }
    mod on_disk {
        dumpus_ports::package_source_conformance!(super::Http::new(0));
    }
}
