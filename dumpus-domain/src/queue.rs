//! Lanes, tickets and positions: the order in which packages wait.

use std::fmt;
use std::str::FromStr;

/// A waiting line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lane {
    /// For all packages.
    Standard,
    /// Served first.
    Premium,
}

impl Lane {
    /// Both lanes.
    pub const ALL: [Self; 2] = [Self::Standard, Self::Premium];

    /// The spelling in the registry and in key names.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Premium => "premium",
        }
    }
}

impl fmt::Display for Lane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The text does not name a lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown lane")]
pub struct UnknownLane;

impl FromStr for Lane {
    type Err = UnknownLane;

    fn from_str(text: &str) -> Result<Self, UnknownLane> {
        Self::ALL
            .into_iter()
            .find(|lane| lane.as_str() == text)
            .ok_or(UnknownLane)
    }
}

/// One of this many deliveries goes to the standard lane first, so that it moves under any load of the premium lane.
pub const STANDARD_SHARE: u64 = 5;

/// The order in which lanes are asked for a job after this many deliveries.
#[must_use]
pub const fn lane_order(deliveries: u64) -> [Lane; 2] {
    if deliveries % STANDARD_SHARE == STANDARD_SHARE - 1 {
        [Lane::Standard, Lane::Premium]
    } else {
        [Lane::Premium, Lane::Standard]
    }
}

/// Packages accepted and not finished, per lane.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LaneTotals {
    /// In the standard lane.
    pub standard: u64,
    /// In the premium lane.
    pub premium: u64,
}

impl LaneTotals {
    /// In both lanes.
    #[must_use]
    pub const fn sum(self) -> u64 {
        self.standard.saturating_add(self.premium)
    }

    /// That of a lane.
    pub const fn of_mut(&mut self, lane: Lane) -> &mut u64 {
        match lane {
            Lane::Standard => &mut self.standard,
            Lane::Premium => &mut self.premium,
        }
    }
}

/// A package's place in the order of arrival: later packages have greater tickets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket(pub i64);

/// The unfinished packages at one instant, waiting or running: sorted tickets per lane.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QueueSnapshot {
    standard: Vec<Ticket>,
    premium: Vec<Ticket>,
}

/// Where a package stands: packages of its own lane ahead of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// The lane it waits in.
    pub lane: Lane,
    /// Packages ahead in that lane.
    pub ahead: u64,
}

impl QueueSnapshot {
    /// From tickets in any order.
    #[must_use]
    pub fn new(tickets: impl IntoIterator<Item = (Lane, Ticket)>) -> Self {
        let mut queue_snapshot = Self::default();
        for (lane, ticket) in tickets {
            queue_snapshot.lane_mut(lane).push(ticket);
        }
        queue_snapshot.standard.sort_unstable();
        queue_snapshot.premium.sort_unstable();
        queue_snapshot
    }

    /// Adds a package that was admitted since.
    pub fn admit(&mut self, lane: Lane, ticket: Ticket) {
        let tickets = self.lane_mut(lane);
        if let Err(place) = tickets.binary_search(&ticket) {
            tickets.insert(place, ticket);
        }
    }

    /// Unfinished packages per lane.
    #[must_use]
    pub fn totals(&self) -> LaneTotals {
        LaneTotals {
            standard: self.standard.len() as u64,
            premium: self.premium.len() as u64,
        }
    }

    /// Packages ahead of the ticket in its lane. The number never rises while others only leave.
    #[must_use]
    pub fn position(&self, lane: Lane, ticket: Ticket) -> Position {
        let tickets = match lane {
            Lane::Standard => &self.standard,
            Lane::Premium => &self.premium,
        };
        Position {
            lane,
            ahead: tickets.partition_point(|other| *other < ticket) as u64,
        }
    }

    fn lane_mut(&mut self, lane: Lane) -> &mut Vec<Ticket> {
        match lane {
            Lane::Standard => &mut self.standard,
            Lane::Premium => &mut self.premium,
        }
    }
}
