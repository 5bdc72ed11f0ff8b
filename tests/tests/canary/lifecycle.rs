//! The lifecycle of packages, with a search at every step, for any kind of instance.

use std::io::Read;
use std::sync::Arc;

use flate2::read::GzDecoder;
use memchr::memmem;
use serde_json::json;

use crate::markers::Markers;
use crate::package::package;
use crate::search::{Search, prove};
use crate::support::directory::Directory;
use crate::support::discord::{Behaviour, Discord, Link};
use crate::support::http::Request;
use crate::support::instance::Instance;

/// An instance, and all places where it could leave data.
pub(crate) trait Subject {
    fn instance(&self) -> &Instance;
    /// Searches everything that its processes have written, and its backends.
    fn look(&mut self, search: &mut Search);
    /// Kills the process that works on packages.
    fn crash(&mut self);
    /// Starts it again.
    fn recover(&mut self);
    /// Stores text where packages and jobs are stored; `uproot` removes it.
    fn plant(&mut self, text: &str);
    fn uproot(&mut self);
}

/// The environment of an instance.
pub(crate) struct Surroundings {
    pub(crate) discord: Discord,
    pub(crate) directory: Directory,
    pub(crate) markers: Markers,
}

impl Surroundings {
    pub(crate) fn new() -> Self {
        Self {
            discord: Discord::start(),
            directory: Directory::start(),
            markers: Markers::new(),
        }
    }

    /// Settings of servers and workers, with a verbose log.
    pub(crate) fn settings(&self) -> Vec<(String, String)> {
        [
            ("DUMPUS_LOG", "debug".to_owned()),
            // Everything is spooled to disk.
            ("DUMPUS_SPOOL_MEMORY", "1".to_owned()),
            ("DUMPUS_LEASE", "5s".to_owned()),
            // So that one download keeps the other package waiting.
            ("DUMPUS_DOWNLOADS", "1".to_owned()),
            ("DISWHO_BASE_URL", self.directory.base()),
            ("DISWHO_JWT_SECRET", "a secret of the tests".to_owned()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .to_vec()
    }

    fn link(&self, number: u32, package: &Arc<Vec<u8>>, behaviour: Behaviour) -> Link {
        let key = format!("u001.{number}.{}", self.markers.key.repeat(30));
        self.discord.link_with_key(&key, package.clone(), behaviour)
    }
}

/// Takes packages through their lifecycle and searches at every step.
pub(crate) fn live_and_search(subject: &mut dyn Subject, around: &Surroundings) {
    let search = &mut Search::new(&around.markers);
    prove(&around.markers, search);
    prove_in_backends(subject, search, &around.markers.text);

    let package = Arc::new(package(&around.markers));
    let running = around.link(1, &package, Behaviour::Paused);
    let waiting = around.link(2, &package, Behaviour::Package);
    let running_id = subject.instance().admit(&running.url);
    subject.instance().half_downloaded(&running, &running_id);
    let waiting_id = subject.instance().admit(&waiting.url);
    assert_eq!(
        subject.instance().status(&waiting.key, &waiting_id)["processingStep"],
        "LOCKED"
    );
    look(subject, search, "while one waits and one is downloaded");

    running.switch_to(Behaviour::Package);
    subject
        .instance()
        .status_until(&running, &running_id, "analysed", |status| {
            status["processingStep"] == "ANALYZING" || status["isProcessing"] == false
        });
    look(subject, search, "while one is analysed");
    for (link, id) in [(&running, &running_id), (&waiting, &waiting_id)] {
        let status = subject.instance().settled(link, id);
        assert_eq!(status["isDataAvailable"], true, "{status}");
        use_result(subject.instance(), link, id, &around.markers);
    }
    misuse(subject.instance(), &running, &running_id);
    look(subject, search, "when both are done");

    let killed = around.link(3, &package, Behaviour::Paused);
    let killed_id = subject.instance().admit(&killed.url);
    subject.instance().half_downloaded(&killed, &killed_id);
    subject.crash();
    look(subject, search, "after a kill in the middle");
    killed.switch_to(Behaviour::Package);
    subject.recover();
    assert_eq!(subject.instance().settled(&killed, &killed_id)["isDataAvailable"], true);
    look(subject, search, "after the recovery");

    let mut failed = Vec::new();
    let fates = [
        Behaviour::Expired,
        Behaviour::NotAnArchive,
        Behaviour::LengthTooSmall,
        Behaviour::WrongCertificate,
    ];
    for (number, fate) in (4..).zip(fates) {
        let link = around.link(number, &package, fate);
        let id = subject.instance().admit(&link.url);
        assert_eq!(subject.instance().settled(&link, &id)["isErrored"], true);
        failed.push((link, id));
    }
    look(subject, search, "when some have failed");

    let all = [(running, running_id), (waiting, waiting_id), (killed, killed_id)];
    for (link, id) in all.iter().chain(&failed) {
        assert_eq!(subject.instance().delete(&link.key, id).json()["isDeleted"], true);
    }
    look(subject, search, "after the deletion");
}

fn look(subject: &mut dyn Subject, search: &mut Search, when: &str) {
    subject.look(search);
    search.assert_clean(when);
}

fn prove_in_backends(subject: &mut dyn Subject, search: &mut Search, marker: &str) {
    subject.plant(marker);
    subject.look(search);
    let found = search.take();
    assert!(found.len() >= 2, "planted text is not found everywhere: {found:?}");
    subject.uproot();
    subject.look(search);
    search.assert_clean("before anything happens");
}

/// Sends all requests for a result, and asserts that it contains the markers.
fn use_result(instance: &Instance, link: &Link, id: &str, markers: &Markers) {
    let data = instance.get(&link.key, &format!("/process/{id}/data"));
    let mut file = Vec::new();
    GzDecoder::new(data.body.as_slice()).read_to_end(&mut file).unwrap();
    let all = [
        &markers.user_name,
        &markers.channel,
        &markers.guild,
        &markers.friend,
        &markers.looked_up_user,
        &markers.emoji,
    ];
    for marker in all {
        assert!(
            memmem::find(&file, marker.as_bytes()).is_some(),
            "{marker} is missing in the result"
        );
    }
    let located = instance.get(&link.key, &format!("/process/{id}/blob")).json();
    let url = located["url"].as_str().unwrap();
    assert_eq!(
        instance
            .send(&Request::get(url.split_once(&instance.address.to_string()).unwrap().1))
            .status,
        200
    );
    let user = instance.get(&link.key, &format!("/process/{id}/user/{}", markers.looked_up_user));
    assert_eq!(
        (user.status, &user.json()["user_id"]),
        (200, &json!(markers.looked_up_user))
    );
}

/// Invalid requests that contain a key or a link.
fn misuse(instance: &Instance, link: &Link, id: &str) {
    let text = |body: String| Request::new("POST", "/process").body("application/json", body);
    let requests = [
        text(format!("{{\"package_link\": \"{}", link.url)),
        text(json!({ "link": link.url }).to_string()),
        text(json!({ "package_link": [link.url] }).to_string()),
        text(json!({ "package_link": format!("{} {}", link.url, "x".repeat(20_000)) }).to_string()),
        text(json!({ "package_link": link.url.replace("https", "ftp") }).to_string()),
        text(json!({ "package_link": format!("{}?", link.url) }).to_string()),
        Request::get(&format!("/process/{}/status", link.key)).bearer(&link.key),
        Request::get(&format!("/process/{id}/status?upn={}", link.key)),
        Request::get(&format!("/process/{id}/status")).header("Authorization", &link.key),
        Request::get(&format!("/process/{id}/status")).bearer(&format!("{} {}", link.key, link.url)),
        Request::get(&format!("/process/{id}/user/{}", link.key)).bearer(&link.key),
        Request::get(&format!("/blobs/{}?expires=1&signature={}", link.key, link.key)),
        Request::get(&format!("/nowhere/{}?upn={}", link.key, link.key)).header("Referer", &link.url),
        Request::new(&link.key[..30], "/process").header("X-Request-Id", &link.key),
    ];
    for request in &requests {
        // A server that rejects the request may close the connection.
        drop(request.send(instance.address));
    }
}
