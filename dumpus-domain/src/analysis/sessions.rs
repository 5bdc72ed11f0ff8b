//! Time connected to Discord, from starts and ends of sessions.

use std::collections::VecDeque;

use super::Fingerprint;
use super::pairing::{Endpoint, LONGEST, Stretch, union};
use crate::report::{SessionRow, Text};
use crate::time::{DayWindow, Millis};

/// A session's start or end.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct SessionMark {
    pub(super) time: Millis,
    pub(super) endpoint: Endpoint,
    pub(super) os: Text,
    pub(super) id: Option<Fingerprint>,
}

/// Pairs by session id where both lines carry it, what is left over by order; gives the union of the time spent.
pub(super) fn sessions(marks: Vec<SessionMark>, window: DayWindow) -> Vec<SessionRow> {
    let mut stretches = Vec::with_capacity(marks.len() / 2);
    let (mut named, mut left_over): (Vec<_>, Vec<_>) = marks.into_iter().partition(|mark| mark.id.is_some());
    // A session may begin and end within one millisecond.
    named.sort_unstable_by(|a, b| (a.id, a.time, b.endpoint, a).cmp(&(b.id, b.time, a.endpoint, b)));
    for session in named.chunk_by(|a, b| a.id == b.id) {
        pair_by_id(session, &mut stretches, &mut left_over);
    }
    left_over.sort_unstable();
    pair_by_order(&left_over, &mut stretches);
    union(stretches, window)
        .into_iter()
        .filter_map(|stretch| {
            Some(SessionRow {
                started: stretch.start,
                ended: stretch.end,
                os: stretch.label?,
            })
        })
        .collect()
}

fn session(start: &SessionMark, end: &SessionMark) -> Stretch {
    Stretch {
        start: start.time.0,
        end: end.time.0,
        key: None,
        label: Some(start.os.clone()),
    }
}

/// Of marks with one id: a start that comes again (the session was resumed) counts from the first time.
fn pair_by_id(marks: &[SessionMark], stretches: &mut Vec<Stretch>, left_over: &mut Vec<SessionMark>) {
    let mut open: Option<&SessionMark> = None;
    for mark in marks {
        match (mark.endpoint, open) {
            (Endpoint::Start, None) => open = Some(mark),
            (Endpoint::Start, Some(_)) => {}
            (Endpoint::End, Some(start)) => {
                stretches.push(session(start, mark));
                open = None;
            }
            (Endpoint::End, None) => left_over.push(mark.clone()),
        }
    }
    left_over.extend(open.cloned());
}

/// Each end closes the earliest open start of the last 24 hours. Two marks with ids are never paired here: these are
/// different, so each is one end of a session whose other end is not known.
fn pair_by_order(marks: &[SessionMark], stretches: &mut Vec<Stretch>) {
    let (mut named, mut unnamed) = (VecDeque::new(), VecDeque::new());
    for mark in marks {
        if mark.endpoint == Endpoint::Start {
            let open = if mark.id.is_some() { &mut named } else { &mut unnamed };
            open.push_back(mark);
            continue;
        }
        for open in [&mut named, &mut unnamed] {
            while open.front().is_some_and(|start| mark.time.0 - start.time.0 > LONGEST) {
                open.pop_front();
            }
        }
        let is_earlier = |a: Option<&&SessionMark>, b: Option<&&SessionMark>| match (a, b) {
            (Some(a), Some(b)) => a < b,
            (a, _) => a.is_some(),
        };
        let may_close_named = mark.id.is_none() && is_earlier(named.front(), unnamed.front());
        let open = if may_close_named { &mut named } else { &mut unnamed };
        stretches.extend(open.pop_front().map(|start| session(start, mark)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Day;

    /// Tests count from here.
    const BEGIN: Millis = Day::DISCORD_LAUNCH.start();

    fn mark(endpoint: Endpoint, seconds: i64, id: Option<&str>, os: &str) -> SessionMark {
        SessionMark {
            time: Millis(BEGIN.0 + seconds * 1_000),
            endpoint,
            os: os.into(),
            id: id.map(Fingerprint::of),
        }
    }

    fn rows(marks: Vec<SessionMark>) -> Vec<(i64, i64, String)> {
        sessions(marks, DayWindow::until(None))
            .into_iter()
            .map(|row| {
                (
                    row.started - BEGIN.seconds(),
                    row.ended - BEGIN.seconds(),
                    row.os.to_string(),
                )
            })
            .collect()
    }

    #[test]
    fn ids_pair_what_order_would_confuse() {
        let marks = vec![
            mark(Endpoint::Start, 0, Some("a"), "Windows"),
            mark(Endpoint::Start, 100, Some("b"), "Android"),
            mark(Endpoint::End, 200, Some("b"), "Android"),
            mark(Endpoint::End, 300, Some("a"), "Windows"),
        ];
        assert_eq!(rows(marks), [(0, 300, "Windows".into())]);
    }

    #[test]
    fn two_devices_give_the_union_of_their_time() {
        let marks = vec![
            mark(Endpoint::Start, 0, Some("a"), "Windows"),
            mark(Endpoint::Start, 100, Some("b"), "Android"),
            mark(Endpoint::End, 200, Some("a"), "Windows"),
            mark(Endpoint::End, 300, Some("b"), "Android"),
        ];
        assert_eq!(rows(marks), [(0, 200, "Windows".into()), (200, 300, "Android".into())]);
    }

    #[test]
    fn what_ids_leave_over_is_paired_by_order() {
        let marks = vec![
            mark(Endpoint::Start, 0, None, "Linux"),
            mark(Endpoint::End, 60, Some("x"), "Linux"),
            mark(Endpoint::Start, 1_000, Some("y"), "Linux"),
            mark(Endpoint::End, 1_060, None, "Linux"),
        ];
        assert_eq!(rows(marks), [(0, 60, "Linux".into()), (1_000, 1_060, "Linux".into())]);
    }

    #[test]
    fn a_resumed_session_counts_from_its_first_start() {
        let marks = vec![
            mark(Endpoint::Start, 0, Some("a"), "Windows"),
            mark(Endpoint::Start, 1_800, Some("a"), "Windows"),
            mark(Endpoint::End, 7_200, Some("a"), "Windows"),
            mark(Endpoint::End, 36_000, Some("b"), "Android"),
        ];
        assert_eq!(rows(marks), [(0, 7_200, "Windows".into())]);
    }

    #[test]
    fn a_start_and_an_end_with_different_ids_make_nothing() {
        let marks = vec![
            mark(Endpoint::Start, 0, Some("a"), "Linux"),
            mark(Endpoint::End, 60, Some("b"), "Linux"),
            mark(Endpoint::Start, 100, None, "Linux"),
            mark(Endpoint::End, 160, Some("c"), "Linux"),
        ];
        assert_eq!(rows(marks), [(100, 160, "Linux".into())]);
    }

    #[test]
    fn a_start_older_than_a_day_is_not_closed() {
        let marks = vec![
            mark(Endpoint::Start, 0, None, "Linux"),
            mark(Endpoint::Start, 86_000, None, "iOS"),
            mark(Endpoint::End, 86_500, None, "iOS"),
        ];
        assert_eq!(rows(marks.clone()).len(), 1);
        let late = marks.into_iter().map(|mark| match mark.endpoint {
            Endpoint::End => SessionMark {
                time: Millis(BEGIN.0 + 87_000_000),
                ..mark
            },
            Endpoint::Start => mark,
        });
        assert_eq!(rows(late.collect()), [(86_000, 87_000, "iOS".into())]);
    }
}
