//! Workers that die of a package.

use crate::support::cluster::Cluster;
use crate::support::discord::{Behaviour, Discord};
use crate::support::wait::eventually;
use crate::world::{LEASE, held, holder, small};

#[test]
fn a_job_that_kills_its_worker_is_given_up_after_the_third_attempt_and_the_others_go_on() {
    let discord = Discord::start();
    let Some(mut cluster) = Cluster::start(&discord, 1, 2, &[LEASE]) else {
        return;
    };
    let package = small();
    let (killer, id) = held(&cluster, &discord, &package);
    for death in 1..=3 {
        cluster.servers[0].half_downloaded(&killer, &id);
        let worker = holder(&cluster);
        cluster.workers[worker].kill();
        // What is left of the workers goes on, and whoever runs them starts the dead one again.
        cluster.servers[0].process(&discord.link(package.clone(), Behaviour::Package));
        cluster.workers[worker].run();
        if death < 3 {
            let attempt = format!("SELECT attempts FROM packages WHERE encode(id, 'hex') = '{id}'");
            eventually("another worker tries", || {
                (cluster.postgres.number(&attempt) > death).then_some(())
            });
        }
    }
    let status = cluster.servers[0].settled(&killer, &id);
    assert_eq!(
        (&status["isErrored"], &status["errorMessageCode"]),
        (&true.into(), &"SERVER_ERROR".into()),
        "{status}"
    );
    assert_eq!(killer.downloads(), 3, "nobody tries a fourth time");
    cluster.servers[0].process(&discord.link(package, Behaviour::Package));

    killer.switch_to(Behaviour::Package);
    assert_eq!(
        cluster.servers[0].process(&killer),
        id,
        "submitted again it gets new attempts"
    );
}
