//! The contract of profile directories, against every adapter.

#[cfg(feature = "profiles")]
mod stub;

#[cfg(feature = "memory")]
mod memory {
    use dumpus_adapters::memory::profiles::MemoryProfiles;
    use dumpus_ports::conformance::profiles::known_user;

    dumpus_ports::profile_directory_conformance!(async { (MemoryProfiles::new([known_user()]), ()) });
}

#[cfg(feature = "profiles")]
#[expect(clippy::expect_used, reason = "tests fail by panicking")]
mod http {
    use super::stub::server::{Head, Reply, Stub};
    use dumpus_adapters::profiles::{HttpProfiles, ProfileOptions, Token, Upstream};

    fn answer(head: &Head) -> Reply {
        match &*head.path {
            "/api/user/80351110224678912" => Reply::new(
                200,
                r#"{"username":"nelly","display_name":"Nelly","avatar":"8342729096ea3675442027381ff50dfe"}"#,
            ),
            "/api/users/80351110224678912" => Reply::new(
                200,
                r#"{"id":"80351110224678912","username":"nelly","global_name":"Nelly","discriminator":"0",
                    "avatar":"8342729096ea3675442027381ff50dfe","flags":64}"#,
            ),
            _ => Reply::new(404, r#"{"message":"Unknown User","code":10013}"#),
        }
    }

    async fn fresh(is_diswho: bool) -> (HttpProfiles, Stub) {
        let stub = Stub::start(|_, head| answer(head)).await;
        let base = format!("{}/api/", stub.origin());
        let token = Token::new("secret");
        let upstream = if is_diswho {
            Upstream::Diswho { base, secret: token }
        } else {
            Upstream::Discord { base, token }
        };
        let directory = HttpProfiles::new(upstream, &ProfileOptions::default());
        (directory.expect("a directory"), stub)
    }

    mod diswho {
        dumpus_ports::profile_directory_conformance!(super::fresh(true));
    }
    mod discord {
        dumpus_ports::profile_directory_conformance!(super::fresh(false));
    }
}
