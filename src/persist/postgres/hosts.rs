//! The hosts of a connection string, each as a configuration of its own.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};

use tokio_postgres::Config;
use tokio_postgres::config::{Host, LoadBalanceHosts};

/// A configuration for each host, in the order in which they are to be tried, which is drawn by lot where the connection
/// string says so. The client's own loop over them would wait for ever for one that accepts a connection and does not
/// answer, and would not say which of them has the newest state of a world.
pub(super) fn one_by_one(config: &Config) -> Vec<Config> {
    let (hosts, addresses, ports) = (
        config.get_hosts(),
        config.get_hostaddrs(),
        config.get_ports(),
    );
    let n_hosts = hosts.len().max(addresses.len());
    let is_mismatched =
        (!hosts.is_empty() && !addresses.is_empty() && hosts.len() != addresses.len())
            || (ports.len() > 1 && ports.len() != n_hosts);
    // What does not fit together is for the client to refuse.
    if n_hosts < 2 || is_mismatched {
        return vec![config.clone()];
    }
    let one = |n: usize| {
        let mut one = without_hosts(config);
        match hosts.get(n) {
            Some(Host::Tcp(name)) => {
                one.host(name);
            }
            #[cfg(unix)]
            Some(Host::Unix(folder)) => {
                one.host_path(folder);
            }
            None => {}
        }
        if let Some(&address) = addresses.get(n) {
            one.hostaddr(address);
        }
        if let Some(&port) = ports.get(n).or(ports.first()) {
            one.port(port);
        }
        one
    };
    let mut all: Vec<_> = (0..n_hosts).map(one).collect();
    if config.get_load_balance_hosts() == LoadBalanceHosts::Random {
        for place in (1..all.len()).rev() {
            all.swap(place, below(place + 1));
        }
    }
    all
}

/// A random number.
fn below(n: usize) -> usize {
    // The standard library seeds it with random numbers of the system.
    let random = RandomState::new().build_hasher().finish();
    usize::try_from(random % n as u64).expect("it is below a usize")
}

/// All settings but hosts, addresses and ports.
fn without_hosts(config: &Config) -> Config {
    let mut own = Config::new();
    config.get_user().map(|user| own.user(user));
    config.get_password().map(|password| own.password(password));
    config.get_dbname().map(|name| own.dbname(name));
    config.get_options().map(|options| own.options(options));
    let name = config.get_application_name();
    name.map(|name| own.application_name(name));
    let timeout = config.get_connect_timeout();
    timeout.map(|timeout| own.connect_timeout(*timeout));
    let timeout = config.get_tcp_user_timeout();
    timeout.map(|timeout| own.tcp_user_timeout(*timeout));
    let interval = config.get_keepalives_interval();
    interval.map(|interval| own.keepalives_interval(interval));
    let retries = config.get_keepalives_retries();
    retries.map(|retries| own.keepalives_retries(retries));
    own.ssl_mode(config.get_ssl_mode())
        .ssl_negotiation(config.get_ssl_negotiation())
        .keepalives(config.get_keepalives())
        .keepalives_idle(config.get_keepalives_idle())
        .target_session_attrs(config.get_target_session_attrs())
        .channel_binding(config.get_channel_binding())
        .load_balance_hosts(config.get_load_balance_hosts());
    own
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every setting that a connection string can have.
    const SETTINGS: &str = "user=u password=p dbname=d options='-c a=b' application_name=n sslmode=disable \
        sslnegotiation=postgres connect_timeout=3 tcp_user_timeout=4 keepalives=1 keepalives_idle=5 \
        keepalives_interval=6 keepalives_retries=7 target_session_attrs=read-write channel_binding=prefer";

    fn config(more: &str) -> Config {
        let text = format!("{SETTINGS} {more}");
        text.parse().expect("a connection string")
    }

    #[test]
    fn each_host_has_all_settings() {
        let hosts = one_by_one(&config("host=a,/b hostaddr=127.0.0.1,::1 port=1,2"));
        let expected = [
            config("host=a hostaddr=127.0.0.1 port=1"),
            config("host=/b hostaddr=::1 port=2"),
        ];
        assert_eq!(hosts, expected);
        let hosts = one_by_one(&config("host=a,b port=1"));
        assert_eq!(hosts, [config("host=a port=1"), config("host=b port=1")]);
    }

    #[test]
    fn hosts_that_are_drawn_by_lot_are_told_apart_too() {
        let balanced = config("host=a,b,c port=1 load_balance_hosts=random");
        let mut orders = std::collections::BTreeSet::new();
        for _ in 0..200 {
            let hosts = one_by_one(&balanced);
            let name = |config: &Config| format!("{:?}", config.get_hosts());
            let names: Vec<_> = hosts.iter().map(name).collect();
            let mut sorted = names.clone();
            sorted.sort();
            assert_eq!(sorted, [r#"[Tcp("a")]"#, r#"[Tcp("b")]"#, r#"[Tcp("c")]"#]);
            orders.insert(names);
        }
        // That one of six orders never comes is less probable than 1e-15.
        assert_eq!(orders.len(), 6);
    }

    #[test]
    fn one_host_and_what_does_not_fit_together_stay_as_they_are() {
        for hosts in ["host=a", "host=a,b port=1,2,3", "host=a,b hostaddr=::1", ""] {
            let config = config(hosts);
            assert_eq!(one_by_one(&config), std::slice::from_ref(&config));
        }
    }
}
