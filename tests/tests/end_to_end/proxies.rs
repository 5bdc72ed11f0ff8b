//! Behind a reverse proxy with TLS on the same machine, with default settings.

use crate::support::discord::Discord;
use crate::support::http::Request;
use crate::support::instance::Instance;

/// The address of the demo's statistics, for a client that connects to this host through a proxy.
fn address(instance: &Instance, headers: &[(&str, &str)]) -> String {
    let mut request = Request::get("/process/demo/blob");
    for (name, value) in headers {
        request = request.header(name, value);
    }
    let body = instance.send(&request).json();
    body["url"].as_str().unwrap().to_owned()
}

#[test]
fn results_have_the_address_that_the_client_of_a_proxy_on_this_machine_used() {
    let instance = Instance::start(&Discord::start(), &[]);
    let forwarded = [("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "dumpus.example")];
    assert_eq!(
        address(&instance, &forwarded),
        "https://dumpus.example/process/demo/data"
    );
    let direct = format!("http://{}/process/demo/data", instance.address);
    assert_eq!(address(&instance, &[]), direct);
}

#[test]
fn a_public_address_wins_over_what_a_proxy_says() {
    let settings = [("DUMPUS_PUBLIC_URL", "https://public.example/dumpus")];
    let instance = Instance::start(&Discord::start(), &settings);
    let forwarded = [("X-Forwarded-Proto", "http"), ("X-Forwarded-Host", "dumpus.example")];
    assert_eq!(
        address(&instance, &forwarded),
        "https://public.example/dumpus/process/demo/data"
    );
}
