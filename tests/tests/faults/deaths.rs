//! Workers that a package kills.

use crate::support::cluster::Cluster;
use crate::support::discord::{Behaviour, Discord};
use crate::support::wait::eventually;
use crate::world::{LEASE, held, holder, small};

#[test]
fn a_job_that_kills_its_workers_fails_after_the_third_attempt_and_others_continue() {
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
        // The remaining worker continues, and a supervisor restarts the dead one.
        cluster.servers[0].process(&discord.link(package.clone(), Behaviour::Package));
        cluster.workers[worker].run();
        if death < 3 {
            let attempt = format!("SELECT attempts FROM packages WHERE encode(id, 'hex') = '{id}'");
            eventually("another worker starts an attempt", || {
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
    assert_eq!(killer.downloads(), 3, "there is no fourth attempt");
    cluster.servers[0].process(&discord.link(package, Behaviour::Package));

    killer.switch_to(Behaviour::Package);
    assert_eq!(
        cluster.servers[0].process(&killer),
        id,
        "a new submission gets new attempts"
    );
}
