//! Lua scripts that Redis executes atomically.

macro_rules! script {
    ($file:literal) => {
        concat!(
            include_str!("scripts/prelude.lua"),
            include_str!(concat!("scripts/", $file))
        )
    };
}

pub(super) const PUSH: &str = script!("push.lua");
pub(super) const TAKE: &str = script!("take.lua");
pub(super) const PROMOTE: &str = script!("promote.lua");
pub(super) const PURGE: &str = script!("purge.lua");
pub(super) const EXTEND: &str = script!("extend.lua");
pub(super) const ACKNOWLEDGE: &str = script!("acknowledge.lua");
pub(super) const RELEASE: &str = script!("release.lua");
pub(super) const POSTPONE: &str = script!("postpone.lua");
pub(super) const EXPEDITE: &str = script!("expedite.lua");
pub(super) const CONTAINS: &str = script!("contains.lua");
pub(super) const PROBE: &str = script!("probe.lua");
pub(super) const EPOCH: &str = script!("epoch.lua");
pub(super) const REPAIR: &str = script!("repair.lua");
/// Needs no prelude: it does not touch the queue.
pub(super) const RATE: &str = include_str!("scripts/rate.lua");
pub(super) const DELETE_IDLE_CONSUMERS: &str = script!("delete_idle_consumers.lua");
