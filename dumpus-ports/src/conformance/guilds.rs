//! The contract of [`GuildDirectory`].
#![expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "a clause that does not hold panics"
)]

use crate::profiles::{GuildDirectory, GuildProfile};

/// The id of the one server that the directory of a suite knows.
pub const KNOWN_GUILD: &str = "197038439483310086";

/// What that server shows.
#[must_use]
pub fn known_guild() -> GuildProfile {
    GuildProfile {
        name: "Testers".to_owned(),
        icon_url: Some(
            "https://cdn.discordapp.com/icons/197038439483310086/f64c482b807da4f539cff778d174971c.png".to_owned(),
        ),
        member_count: 14,
    }
}

/// Clause 1: a server is found by its id, again and again.
pub async fn known_guild_is_found(directory: &dyn GuildDirectory) {
    for _ in 0..3 {
        let found = directory.look_up_guild(KNOWN_GUILD).await.expect("an answer");
        assert_eq!(found, Some(known_guild()));
    }
}

/// Clause 2: a server that the bot is not in is an ordinary outcome.
pub async fn unknown_guild_is_none(directory: &dyn GuildDirectory) {
    for id in [
        "197038439483310087",
        "1",
        "18446744073709551615",
        "99999999999999999999",
    ] {
        assert_eq!(directory.look_up_guild(id).await, Ok(None), "{id}");
    }
}

/// Clause 3: what is no id is no server's.
pub async fn text_that_is_no_id_is_none(directory: &dyn GuildDirectory) {
    for id in [
        "",
        "x",
        "../197038439483310086",
        "197038439483310086?a",
        "+197038439483310086",
    ] {
        assert_eq!(directory.look_up_guild(id).await, Ok(None), "{id}");
    }
}

/// Runs every clause. `$fresh` is a future of a directory that knows [`known_guild`] and no other, and of what has to
/// live as long.
#[macro_export]
macro_rules! guild_directory_conformance {
    ($fresh:expr) => {
        $crate::guild_directory_conformance!(@each $fresh;
            known_guild_is_found,
            unknown_guild_is_none,
            text_that_is_no_id_is_none
        );
    };
    (@each $fresh:expr; $($clause:ident),+) => {$(
        #[tokio::test]
        async fn $clause() {
            let (directory, _world) = $fresh.await;
            $crate::conformance::guilds::$clause(&directory).await;
        }
    )+};
}
