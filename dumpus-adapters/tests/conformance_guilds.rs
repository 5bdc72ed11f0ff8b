//! The contract of directories of servers, against every adapter.

#[cfg(feature = "profiles")]
mod stub;

#[cfg(feature = "memory")]
mod memory {
    use dumpus_adapters::memory::profiles::MemoryGuilds;
    use dumpus_ports::conformance::guilds::{KNOWN_GUILD, known_guild};

    dumpus_ports::guild_directory_conformance!(async {
        (MemoryGuilds::new([(KNOWN_GUILD.to_owned(), known_guild())]), ())
    });
}

#[cfg(feature = "profiles")]
#[expect(clippy::expect_used, reason = "tests fail by panicking")]
mod http {
    use super::stub::server::{Head, Reply, Stub};
    use dumpus_adapters::profiles::{DiscordGuilds, ProfileOptions, Token};

    fn answer(head: &Head) -> Reply {
        match &*head.path {
            "/guilds/197038439483310086?with_counts=true" => Reply::new(
                200,
                r#"{"id":"197038439483310086","name":"Testers","icon":"f64c482b807da4f539cff778d174971c",
                    "approximate_member_count":14,"features":[]}"#,
            ),
            _ => Reply::new(404, r#"{"message":"Unknown Guild","code":10004}"#),
        }
    }

    async fn fresh() -> (DiscordGuilds, Stub) {
        let stub = Stub::start(|_, head| answer(head)).await;
        let directory = DiscordGuilds::new(&stub.origin(), Token::new("secret"), &ProfileOptions::default());
        (directory.expect("a directory"), stub)
    }

    dumpus_ports::guild_directory_conformance!(fresh());
}
