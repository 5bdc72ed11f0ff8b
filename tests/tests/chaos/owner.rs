//! The owner of a package, who acts like the official client and its user.

use std::io::Read;
use std::sync::Arc;
use std::time::Instant;

use flate2::read::GzDecoder;
use serde_json::{Value, json};

use crate::client::{Client, READ_TIMEOUT};
use crate::plan::{Content, Deletion, Life, Moment};
use crate::positions::Positions;
use crate::support::discord::{Behaviour, Discord, Link, fresh_key};
use crate::support::http::Request;
use crate::support::instance::submission;
use crate::support::tables::assert_file_equals;
use crate::world::{ADMIN_TOKEN, World};

/// A package that is given up more often counts as stuck.
const MAX_GIVEN_UP: u32 = 6;

/// The final state of a package.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Processed,
    Failed(&'static str),
    Deleted,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Submitting,
    Polling,
    /// Whether a new submission follows.
    Deleting(bool),
    /// Deleted; the owner polls once more.
    Leaving,
    Settled(End),
}

pub(crate) struct Owner {
    pub(crate) link: Link,
    pub(crate) id: String,
    pub(crate) truth: usize,
    life: Life,
    state: State,
    /// The owner submits after this number of other packages is settled.
    comes_after: u64,
    client: Client,
    polls: usize,
    positions: Positions,
    given_up: u32,
}

impl Owner {
    /// `in_line` owners submit at the start, and another one whenever a package is settled.
    pub(crate) fn new(number: usize, in_line: u64, life: &Life, discord: &Discord, contents: &[Arc<Vec<u8>>]) -> Self {
        let truth = match life.content {
            Content::Statistics(content) => content,
            Content::Ownerless => contents.len() - 1,
        };
        Self {
            link: discord.link_with_key(&fresh_key(), contents[truth].clone(), life.behaviour.clone()),
            id: String::new(),
            truth,
            life: life.clone(),
            state: State::Submitting,
            comes_after: (number as u64).saturating_sub(in_line),
            client: Client::of(number),
            polls: 0,
            positions: Positions::new(),
            given_up: 0,
        }
    }

    pub(crate) fn end(&self) -> Option<End> {
        match self.state {
            State::Settled(end) => Some(end),
            _ => None,
        }
    }

    /// Sends one request and evaluates its response.
    pub(crate) fn act(&mut self, world: &World) {
        if Instant::now() > world.deadline {
            world.suspects.lock().unwrap().push(self.id.clone());
            panic!(
                "{} is stuck in {:?}; last response: {}",
                self.id, self.state, self.client.last
            );
        }
        if world.settled() < self.comes_after {
            return;
        }
        match self.state {
            State::Submitting => self.submit(world),
            State::Polling => self.poll(world),
            State::Deleting(is_resubmitted) => self.delete(world, is_resubmitted),
            State::Leaving => self.leave(world),
            State::Settled(_) => {}
        }
        if let State::Settled(end) = self.state {
            world.tally.count("owners: settled");
            world.tally.count(&match end {
                End::Failed(code) => format!("end: {code}"),
                other => format!("end: {other:?}"),
            });
        }
    }

    fn submit(&mut self, world: &World) {
        let Some(response) = self.client.send(world, "submissions", &submission(&self.link.url)) else {
            return;
        };
        self.client.last = response.json();
        assert_eq!(
            (response.status, &self.client.last["isAccepted"]),
            (200, &json!(true)),
            "{}",
            self.client.last
        );
        self.client.last["packageId"].as_str().unwrap().clone_into(&mut self.id);
        self.positions = Positions::new();
        self.client.is_uncertain = false;
        self.state = State::Polling;
    }

    fn poll(&mut self, world: &World) {
        if world.doomed.lock().unwrap().remove(&self.id) {
            self.life.deletion = None;
            self.state = State::Deleting(true);
            return;
        }
        self.polls += 1;
        // Mostly the same server; a load balancer sends some requests to another.
        if self.polls.is_multiple_of(8) {
            self.client.switch_server();
        }
        let server = self.client.server(world);
        let asked = Instant::now();
        let Some(status) = self.status(world) else { return };
        match (
            &status["errorMessageCode"],
            status["isDataAvailable"].as_bool(),
            status["isProcessing"].as_bool(),
        ) {
            (Value::Null, Some(true), Some(false)) => self.fetch(world),
            (Value::Null, Some(false), Some(true)) => {
                if let Some((before, now)) = self.positions.observe(server, asked, &status, &world.tally) {
                    println!("{} at server {server}: {before} ahead, then {now}", self.id);
                    world.suspects.lock().unwrap().push(self.id.clone());
                }
                self.wait(world, &status);
            }
            (Value::String(code), Some(false), Some(false)) => {
                let code = code.clone();
                self.fail(world, &code, &status);
            }
            _ => panic!("{}: inconsistent status: {status}", self.id),
        }
    }

    fn status(&mut self, world: &World) -> Option<Value> {
        let status = Request::get(&format!("/process/{}/status", self.id));
        let status = status.bearer(&self.link.key).patience(READ_TIMEOUT);
        let response = self.client.send(world, "polls", &status)?;
        assert_eq!(response.status, 200, "{}", String::from_utf8_lossy(&response.body));
        self.client.last = response.json();
        Some(self.client.last.clone())
    }

    fn wait(&mut self, world: &World, status: &Value) {
        let is_running = status["processingStep"] != "LOCKED";
        let is_moment = match self.life.deletion.map(|deletion| deletion.moment) {
            Some(Moment::Waiting) => !is_running,
            Some(Moment::Running) => is_running,
            Some(Moment::Settled) | None => false,
        };
        if let Some(deletion) = self.life.deletion.filter(|_| is_moment) {
            self.begin_deletion(deletion);
        } else if std::mem::take(&mut self.life.is_repeated) {
            if let Some(response) = self
                .client
                .send(world, "repeated submissions", &submission(&self.link.url))
            {
                assert_eq!(response.json()["packageId"], self.id, "{}", response.json());
            }
        } else if std::mem::take(&mut self.life.is_upgraded) {
            let upgrade = Request::new("POST", &format!("/admin/packages/{}/upgrade", self.id)).bearer(ADMIN_TOKEN);
            if let Some(response) = self.client.send(world, "upgrades", &upgrade) {
                assert_eq!(response.json()["isUpgraded"], true, "{}", response.json());
            }
        }
    }

    fn fail(&mut self, world: &World, code: &str, status: &Value) {
        let detail = status["errorDetail"].as_str().unwrap_or_default();
        let is_given_up = detail.contains(" attempts");
        if code == "SERVER_ERROR" && is_given_up && self.given_up < MAX_GIVEN_UP {
            self.given_up += 1;
            world.tally.count("packages: given up and submitted again");
            println!("{} was given up: {detail}", self.id);
            self.state = State::Submitting;
            return;
        }
        let expected = self.life.code.filter(|expected| *expected == code);
        let Some(expected) = expected else {
            world.suspects.lock().unwrap().push(self.id.clone());
            panic!("{} should end with {:?}, but {status}", self.id, self.life.code);
        };
        if std::mem::take(&mut self.life.is_renewed) {
            world
                .tally
                .count("packages: failed as expected and submitted again with a new link");
            self.link.switch_to(Behaviour::Package);
            self.life.code = None;
            self.state = State::Submitting;
        } else {
            self.settle(End::Failed(expected));
        }
    }

    fn fetch(&mut self, world: &World) {
        if let Some(file) = self.file(world) {
            assert_eq!(self.life.code, None, "{} is processed", self.id);
            assert_file_equals(&file, &world.truths[self.truth]);
            world.tally.count("packages: results that equal the truth");
            self.settle(End::Processed);
        }
    }

    /// The statistics of a processed package.
    pub(crate) fn file(&mut self, world: &World) -> Option<Vec<u8>> {
        let data = Request::get(&format!("/process/{}/data", self.id)).bearer(&self.link.key);
        let response = self.client.send(world, "results", &data)?;
        assert_eq!(response.status, 200, "{}", String::from_utf8_lossy(&response.body));
        let mut file = Vec::new();
        GzDecoder::new(response.body.as_slice()).read_to_end(&mut file).unwrap();
        Some(file)
    }

    fn settle(&mut self, end: End) {
        if let Some(deletion) = self.life.deletion {
            self.begin_deletion(deletion);
        } else {
            self.state = State::Settled(end);
        }
    }

    fn begin_deletion(&mut self, deletion: Deletion) {
        self.life.deletion = None;
        self.client.is_uncertain = false;
        self.state = State::Deleting(deletion.is_resubmitted);
    }

    fn delete(&mut self, world: &World, is_resubmitted: bool) {
        let delete = Request::new("DELETE", &format!("/process/{}", self.id)).bearer(&self.link.key);
        let Some(response) = self.client.send(world, "deletions", &delete) else {
            return;
        };
        self.client.last = response.json();
        assert_eq!(response.status, 200, "{}", self.client.last);
        let is_deleted = self.client.last["isDeleted"].as_bool().unwrap();
        assert!(
            is_deleted || self.client.is_uncertain,
            "{} was missing: {}",
            self.id,
            self.client.last
        );
        world.tally.count(if is_resubmitted {
            "packages: deleted, to be submitted again"
        } else {
            "packages: deleted permanently"
        });
        self.state = if is_resubmitted {
            State::Submitting
        } else {
            State::Leaving
        };
    }

    fn leave(&mut self, world: &World) {
        if let Some(status) = self.status(world) {
            assert_eq!(status["errorMessageCode"], "UNKNOWN_PACKAGE_ID", "{status}");
            self.state = State::Settled(End::Deleted);
        }
    }

    /// The final status, after all faults.
    pub(crate) fn final_status(&mut self, world: &World) -> Value {
        self.status(world).unwrap()
    }
}
