//! The contract of [`ProfileDirectory`].
#![expect(clippy::expect_used, clippy::missing_panics_doc, reason = "a violated clause panics")]

use crate::profiles::{ProfileDirectory, UserProfile};

/// The only user that the directory under test knows.
#[must_use]
pub fn known_user() -> UserProfile {
    UserProfile {
        user_id: "80351110224678912".to_owned(),
        username: "nelly".to_owned(),
        display_name: Some("Nelly".to_owned()),
        avatar_url: "https://cdn.discordapp.com/avatars/80351110224678912/8342729096ea3675442027381ff50dfe.png"
            .to_owned(),
    }
}

/// Clause 1: a known user is found by id, repeatedly.
pub async fn known_user_is_found(directory: &dyn ProfileDirectory) {
    let expected = known_user();
    for _ in 0..3 {
        let found = directory.look_up(&expected.user_id).await.expect("an answer");
        assert_eq!(found.as_ref(), Some(&expected));
    }
}

/// Clause 2: an unknown id is not an error.
pub async fn unknown_user_is_none(directory: &dyn ProfileDirectory) {
    for id in ["80351110224678913", "1", "18446744073709551615", "99999999999999999999"] {
        assert_eq!(directory.look_up(id).await, Ok(None), "{id}");
    }
}

/// Clause 3: text that is not an id finds nobody.
pub async fn text_that_is_not_an_id_is_none(directory: &dyn ProfileDirectory) {
    for id in [
        "",
        "deleted:80351110224678912",
        "../80351110224678912",
        "80351110224678912?a",
        "+80351110224678912",
    ] {
        assert_eq!(directory.look_up(id).await, Ok(None), "{id}");
    }
}

/// Clause 1: concurrent look-ups get the same answer.
pub async fn concurrent_look_ups_agree(directory: &dyn ProfileDirectory) {
    let id = known_user().user_id;
    let (a, b, c) = tokio::join!(directory.look_up(&id), directory.look_up(&id), directory.look_up(&id));
    assert_eq!(a, Ok(Some(known_user())));
    assert_eq!(a, b);
    assert_eq!(b, c);
}

/// Tests every clause. `$fresh` is a future of a directory that knows only [`known_user`], and of a guard that has to
/// live as long.
#[macro_export]
macro_rules! profile_directory_conformance {
    ($fresh:expr) => {
        $crate::profile_directory_conformance!(@each $fresh;
            known_user_is_found,
            unknown_user_is_none,
            text_that_is_not_an_id_is_none,
            concurrent_look_ups_agree
        );
    };
    (@each $fresh:expr; $($clause:ident),+) => {$(
        #[tokio::test]
        async fn $clause() {
            let (directory, _world) = $fresh.await;
            $crate::conformance::profiles::$clause(&directory).await;
        }
    )+};
}
