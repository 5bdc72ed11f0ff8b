//! Which links are accepted, and where redirects may lead.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use dumpus_domain::link::{ClientGroup, Hop, LinkError, LinkPolicy, is_public};
use proptest::prelude::*;
use url::Url;

const DISCORD_LINKS: [&str; 2] = [
    "https://click.discord.com/ls/click?upn=",
    "https://discord.click/ls/click?upn=",
];

fn policy() -> LinkPolicy {
    let origins = ["https://files.example.org", "http://127.0.0.1:9000", "bare.example"];
    LinkPolicy::new(origins.map(|origin| origin.parse().unwrap()).to_vec())
}

fn key_of(text: &str) -> Result<String, LinkError> {
    policy().parse(text).map(|link| link.key().expose().to_owned())
}

#[test]
fn a_sealed_link_is_the_link_with_the_group_of_its_client() {
    let text = format!("{}{}", DISCORD_LINKS[0], discord_key());
    for client in [None, Some(ClientGroup(0)), Some(ClientGroup(255))] {
        let link = policy().parse(&text).unwrap();
        let link = match client {
            Some(client) => link.submitted_by(client),
            None => link,
        };
        let opened = policy().parse_sealed(&link.to_sealed()).unwrap();
        assert_eq!(opened.client(), client);
        assert_eq!(opened.address().expose(), text);
        assert_eq!(opened.url(), link.url());
    }
    // Nobody can submit a link with a group.
    assert_eq!(key_of(&format!("07 {text}")), Err(LinkError::Origin));
}

fn discord_key() -> String {
    format!("u001.{}-2B_x", "aZ0".repeat(170))
}

#[test]
fn links_of_discord_contain_their_key() {
    let key = discord_key();
    for start in DISCORD_LINKS {
        assert_eq!(key_of(&format!(" {start}{key}\n")), Ok(key.clone()));
    }
}

#[test]
fn links_that_resemble_those_of_discord_are_rejected() {
    let key = discord_key();
    for (text, error) in [
        (
            format!("http://click.discord.com/ls/click?upn={key}"),
            LinkError::Origin,
        ),
        (
            format!("https://click.discord.com.evil.example/ls/click?upn={key}"),
            LinkError::Origin,
        ),
        (
            format!("https://click.discord.com/ls/click?upn={key}&x=1"),
            LinkError::Key,
        ),
        (
            format!("https://click.discord.com/ls/click?upn={key}%20"),
            LinkError::Key,
        ),
        (
            "https://click.discord.com/ls/click?upn=short".to_owned(),
            LinkError::Key,
        ),
        (String::new(), LinkError::Origin),
    ] {
        assert_eq!(key_of(&text), Err(error), "{text}");
    }
}

#[test]
fn origins_must_match_exactly() {
    let path = "/a.zip?upn=0123456789abcdef";
    assert!(key_of(&format!("https://files.example.org{path}")).is_ok());
    assert!(key_of(&format!("https://files.example.org:443{path}")).is_ok());
    assert!(key_of(&format!("https://bare.example{path}")).is_ok());
    for other in [
        "http://files.example.org",
        "https://files.example.org.evil.example",
        "https://files.example.org:8443",
        "http://127.0.0.1:9001",
        "https://user@files.example.org",
        "ftp://files.example.org",
    ] {
        assert_eq!(key_of(&format!("{other}{path}")), Err(LinkError::Origin), "{other}");
    }
}

#[test]
fn keys_of_configured_origins_come_from_the_parameter_or_the_path() {
    assert_eq!(
        key_of("https://bare.example/x?upn=0123456789%2Babcdef").as_deref(),
        Ok("0123456789+abcdef")
    );
    assert_eq!(key_of("https://bare.example/x?upn=tooshort"), Err(LinkError::Key));
    assert_eq!(
        key_of("https://bare.example/x?upn=with+a+space+in+it"),
        Err(LinkError::Key)
    );
    assert_eq!(
        key_of("https://bare.example/files/package.zip/").as_deref(),
        Ok("ZmlsZXMvcGFja2FnZS56aXA=")
    );
    assert_eq!(key_of("https://bare.example/"), Err(LinkError::Key));
}

#[test]
fn redirects_lead_to_https_or_to_configured_origins() {
    let hop = |text: &str| policy().hop(&Url::parse(text).unwrap());
    assert_eq!(hop("https://storage.googleapis.com/x?sig=1"), Some(Hop::Public));
    assert_eq!(hop("http://127.0.0.1:9000/x"), Some(Hop::Configured));
    assert_eq!(hop("http://storage.googleapis.com/x"), None);
    assert_eq!(hop("https://storage.googleapis.com:8443/x"), None, "another port");
    assert_eq!(
        hop("https://mirror.example.org:9000/x"),
        Some(Hop::Public),
        "a port of the operator's"
    );
    assert_eq!(hop("https://user:pass@storage.googleapis.com/x"), None);
    assert_eq!(hop("file:///etc/passwd"), None);
}

#[test]
fn debug_shows_neither_link_nor_key() {
    let link = policy().parse("https://bare.example/x?upn=0123456789abcdef").unwrap();
    assert_eq!(
        format!("{link:?} {:?}", link.key()),
        "PackageLink(redacted) UpnKey(redacted)"
    );
}

#[test]
fn private_addresses_are_not_public_in_any_notation() {
    for text in [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "0.0.0.0",
        "100.64.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "198.18.0.1",
        "192.0.0.1",
        "::1",
        "::",
        "::ffff:127.0.0.1",
        "::127.0.0.1",
        "64:ff9b::a00:1",
        "2002:7f00:1::",
        "fe80::1",
        "fc00::1",
        "ff02::1",
        "2001:db8::1",
        "2001::1",
    ] {
        assert!(!is_public(text.parse().unwrap()), "{text}");
    }
    for text in [
        "8.8.8.8",
        "142.250.1.1",
        "2607:f8b0::1",
        "::ffff:8.8.8.8",
        "2001:4860::1",
    ] {
        assert!(is_public(text.parse().unwrap()), "{text}");
    }
}

proptest! {
    #[test]
    fn any_text_is_accepted_or_rejected(text in "\\PC{0,80}") {
        let _ = policy().parse(&text);
    }
}
