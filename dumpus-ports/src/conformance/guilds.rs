//! The contract of [`GuildDirectory`].
#![expect(clippy::expect_used, clippy::missing_panics_doc, reason = "a violated clause panics")]

use crate::profiles::{GuildDirectory, GuildProfile};

/// The id of the only server that the directory under test knows.
pub const KNOWN_GUILD: &str = "197038439483310086";

/// The profile of that server.
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

/// Clause 1: a server of the bot is found by id, repeatedly.
pub async fn known_guild_is_found(directory: &dyn GuildDirectory) {
    for _ in 0..3 {
        let found = directory.look_up_guild(KNOWN_GUILD).await.expect("an answer");
        assert_eq!(found, Some(known_guild()));
    }
}

/// Clause 2: the id of another server is not an error.
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

/// Clause 3: text that is not an id finds no server.
pub async fn text_that_is_not_an_id_is_none(directory: &dyn GuildDirectory) {
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

/// Tests every clause. `$fresh` is a future of a directory that knows only [`known_guild`], and of a guard that has to
/// live as long.
#[macro_export]
macro_rules! guild_directory_conformance {
    ($fresh:expr) => {
        $crate::guild_directory_conformance!(@each $fresh;
            known_guild_is_found,
            unknown_guild_is_none,
            text_that_is_not_an_id_is_none
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
