//! The checker, asked about histories that were made by hand: it finds what is wrong with them, and nothing else.

use super::checker::{Checked, check, check_all};
use super::events::{COINS, Event, History, Promise, State, history, players, things};
use super::parcels::{check_parcels, check_sent_back};

/// A state with everything there once, after an attempt.
fn state(attempt: &str) -> State {
    State {
        attempt: attempt.into(),
        coins: players("a").map(|player| (player, COINS)).collect(),
        things: things("a")
            .map(|thing| (thing, "a_player0".into()))
            .collect(),
    }
}

/// Writes a history of events, one a line: `TIME VERB ..`, where a state and its digest are those of the attempt.
fn events(text: &str) -> History {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let lines = lines.map(|line| {
        let parts: Vec<_> = line.split(' ').collect();
        let rest = match parts[1..] {
            ["opened"] => Event::Opened(State::default()),
            ["opened", attempt] => Event::Opened(state(attempt)),
            ["begin", attempt] => Event::Begin {
                attempt: attempt.into(),
                way: "flush".into(),
                digest: state(attempt).digest(),
            },
            _ => return format!("{line}\n"),
        };
        format!("{} {rest}\n", parts[0])
    });
    history(&lines.collect::<String>()).unwrap()
}

/// What the checker finds in the histories of processes, with that of the nemesis as the first.
fn found(histories: &[&str]) -> Vec<String> {
    let histories: Vec<_> = histories.iter().map(|text| events(text)).collect();
    check(&histories[0], &histories[1..]).faults
}

#[track_caller]
fn assert_found(expected: &str, histories: &[&str]) {
    let found = found(histories);
    assert!(
        found.len() == 1 && found[0].contains(expected),
        "{found:#?}"
    );
}

const FIRST: &str = "
    1 open
    2 opened
    3 begin a1
    4 durable
    5 begin a2
    6 durable";

#[test]
fn a_history_without_faults_has_none() {
    let nothing: [&str; 0] = [];
    // One process after the other; an attempt that was cut off is there or not.
    for (second, stored) in [("a2", 2), ("a3", 3)] {
        let one = format!("{FIRST}\n 7 begin a3");
        let two = format!(
            "10 open\n 11 opened {second}\n 12 begin b1\n 13 not-committed Disconnected: x"
        );
        let end = format!("20 open\n 21 opened {second}\n 22 stored {stored}");
        assert_eq!(found(&["", &one, &two, &end]), nothing);
    }
    // One that was told to be unknown, and one that is fenced off while the other one opens.
    for (unknown, stored) in [("a2", 2), ("a3", 3)] {
        let one = format!("{FIRST}\n 7 begin a3\n 9 unknown Disconnected: x");
        let two = format!("6 open\n 8 opened {unknown}");
        let end = format!("20 open\n 21 opened {unknown}\n 22 stored {stored}");
        assert_eq!(found(&["", &one, &two, &end]), nothing);
    }
    // One whose process goes on is stored by itself, or with the next one.
    for stored in [3, 4] {
        let one =
            format!("{FIRST}\n 7 begin a3\n 9 unknown Disconnected: x\n 10 begin a4\n 11 durable");
        let end = format!("20 open\n 21 opened a4\n 22 stored {stored}");
        assert_eq!(found(&["", &one, &end]), nothing);
    }
    // What was not durable may be lost by a failover.
    let one = format!("{FIRST}\n 7 begin a3\n 8 committed");
    assert_eq!(
        found(&["9 failover", &one, "10 open\n 11 opened a2\n 12 stored 2"]),
        nothing
    );
}

#[test]
fn what_was_acknowledged_and_is_lost_is_found() {
    let end = "20 open\n 21 opened a1\n 22 stored 1";
    assert_found("lacks a2, which was durable", &["9 failover", FIRST, end]);
    let committed = FIRST.replace("6 durable", "6 committed");
    assert_found("lacks a2, which was committed", &["", &committed, end]);
    // The failover was before.
    assert_found(
        "lacks a2, which was committed",
        &["5 failover", &committed, end],
    );
    // In between only: an older world was opened, and later the right one again.
    let old = "7 open\n 8 opened a1";
    let end = "20 open\n 21 opened a2\n 22 stored 2";
    assert_found("lacks a2, which was durable", &["", FIRST, old, end]);
    // All of it is lost.
    let found = found(&["", FIRST, "20 open\n 21 opened\n 22 stored 0"]);
    assert_eq!(found.len(), 2, "{found:#?}");
}

#[test]
fn two_processes_that_both_write_are_found() {
    // The first one is paused, and goes on when the second has written.
    let one = format!("{FIRST}\n 30 begin a3\n 31 durable");
    let two = "10 open\n 11 opened a2\n 12 begin b1\n 13 durable";
    let end = "40 open\n 41 opened a3\n 42 stored 3";
    let found = found(&["", &one, two, end]);
    assert_eq!(found.len(), 2, "{found:#?}");
    assert!(found[0].contains("lacks b1"), "{found:#?}");
    assert!(
        found[1].contains("a3 is stored, and was begun after"),
        "{found:#?}"
    );
    // It was not even told, but it is there.
    let one = format!("{FIRST}\n 30 begin a3");
    let end = "40 open\n 41 opened a3\n 42 stored 3";
    let two = "10 open\n 11 opened a2";
    assert_found("a3 is stored, and was begun after", &["", &one, two, end]);
}

#[test]
fn a_failure_that_was_none_is_found() {
    let one = format!("{FIRST}\n 7 begin a3\n 8 not-committed Disconnected: x");
    let end = "20 open\n 21 opened a3\n 22 stored 3";
    assert_found("has a3, which was not committed", &["", &one, end]);
}

#[test]
fn a_refusal_without_a_reason_is_found() {
    let end = "40 open\n 41 opened a2\n 42 stored 2";
    for (other, is_reason) in [
        ("6 open\n 12 opened a2", true),
        ("6 open\n 12 not-opened it is away", true),
        ("6 open", true),
        ("10 open", false),
    ] {
        let one = format!("{FIRST}\n 7 begin a3\n 9 not-committed Fenced: x");
        match is_reason {
            true => assert_eq!(found(&["", &one, other, end]), [""; 0]),
            false => assert_found("was told to be fenced off", &["", &one, other, end]),
        }
    }
    let one = format!("{FIRST}\n 7 begin a3\n 9 not-committed OlderWorld: x");
    assert_eq!(found(&["8 failover", &one, end]), [""; 0]);
    assert_found("to be an older one", &["10 failover", &one, end]);
}

#[test]
fn a_flush_that_is_there_twice_is_found() {
    for stored in [1, 3] {
        let end = format!("20 open\n 21 opened a2\n 22 stored {stored}");
        assert_found("flushes, and has 2", &["", FIRST, &end]);
    }
}

#[test]
fn contents_that_nobody_has_written_are_found() {
    let end = "20 open\n 21 opened a9\n 22 stored 2";
    let unknown = found(&["", FIRST, end]);
    assert!(unknown[0].contains("was written by nobody"), "{unknown:#?}");

    let half = |change: fn(&mut State)| {
        let mut half = state("a2");
        change(&mut half);
        let mut nothing_else = events("20 open\n 22 stored 2");
        nothing_else.insert(1, (21, Event::Opened(half)));
        check(&Vec::new(), &[events(FIRST), nothing_else]).faults
    };
    let found = half(|state| *state.coins.get_mut("a_player3").unwrap() += 1);
    assert!(
        found.len() == 1 && found[0].contains("is not what that has written"),
        "{found:#?}"
    );
}

/// Where a process itself has mixed something up, what it has written is what is found.
#[test]
fn what_is_there_twice_is_found() {
    let changed = |change: fn(&mut State)| {
        let mut changed = state("a3");
        change(&mut changed);
        let mut one = events(FIRST);
        let begin = Event::Begin {
            attempt: "a3".into(),
            way: "flush".into(),
            digest: changed.digest(),
        };
        one.push((7, begin));
        one.push((8, Event::Told(Promise::Durable, String::new())));
        let mut end = events("20 open\n 22 stored 3");
        end.insert(1, (21, Event::Opened(changed)));
        check(&Vec::new(), &[one, end]).faults
    };
    let thing = |owner: &str| ("a_thing4".to_owned(), owner.to_owned());
    assert_eq!(thing("a_player0"), state("a3").things[4]);
    let twice = changed(|state| state.things.push(("a_thing4".into(), "a_player1".into())));
    assert!(
        twice.len() == 1 && twice[0].contains("a_thing4 is there 2 times"),
        "{twice:#?}"
    );
    let ownerless = changed(|state| state.things[0].1 = "None".into());
    assert!(
        ownerless.len() == 1 && ownerless[0].contains("belongs to None"),
        "{ownerless:#?}"
    );
    // A player that has left, with all things.
    let left = changed(|state| {
        state.coins.remove("a_player0");
        state.things.clear();
    });
    assert_eq!(left, [""; 0]);
}

/// At the end everything is in one world or another, once.
#[test]
fn what_is_lost_between_worlds_or_in_two_of_them_is_found() {
    let found = |change: fn(&mut State, &mut State)| {
        let (mut one, mut other) = (state("a1"), State::default());
        for player in players("b") {
            other.coins.insert(player, COINS);
        }
        other.things = things("b")
            .map(|thing| (thing, "b_player0".into()))
            .collect();
        let before = one.clone();
        change(&mut one, &mut other);
        let history = |state: State| {
            vec![vec![
                (2, Event::Opened(before.clone())),
                (3, Event::Opened(state)),
            ]]
        };
        let worlds = [("a", history(one)), ("b", history(other))];
        check_all(
            &worlds
                .into_iter()
                .map(|(name, all)| (name.to_owned(), all))
                .collect(),
        )
    };
    assert_eq!(found(|_, _| {}), [""; 0]);
    let walk = |one: &mut State, other: &mut State| {
        other.coins.extend(one.coins.remove_entry("a_player3"));
    };
    assert_eq!(found(walk), [""; 0]);
    let lost = found(|one, _| assert!(one.coins.remove("a_player3").is_some()));
    assert!(
        lost.len() == 2 && lost[0].contains("a_player3 0 times"),
        "{lost:#?}"
    );
    assert!(lost[1].contains("1900 coins"), "{lost:#?}");
    let twice = found(|one, other| other.things.push(one.things[4].clone()));
    assert!(
        twice.len() == 1 && twice[0].contains("a_thing4 2 times"),
        "{twice:#?}"
    );
    let coin = found(|one, _| *one.coins.get_mut("a_player3").unwrap() += 1);
    assert!(
        coin.len() == 1 && coin[0].contains("2001 coins"),
        "{coin:#?}"
    );
    let strange = found(|one, _| one.things[4].0 = "c_thing4".into());
    assert_eq!(strange.len(), 2, "{strange:#?}");
}

#[test]
fn a_player_that_does_not_come_or_comes_twice_is_found() {
    let checked = |histories: &[&str]| {
        let end = "20 open\n 21 opened a2\n 22 stored 2";
        let mut all: Vec<_> = histories.iter().map(|text| events(text)).collect();
        all.push(events(end));
        let checked = check(&Vec::new(), &all);
        assert_eq!(checked.faults, [""; 0]);
        checked
    };
    let walking = |left: &str, came: &str| {
        let before = |at: &str, what: &str| match what {
            "" => String::new(),
            what => format!("{at} {what} p\n"),
        };
        let one = FIRST.replace("5 begin", &format!("{}5 begin", before("5", left)));
        one.replace("3 begin", &format!("{}3 begin", before("3", came)))
    };
    let found = |worlds: &[Checked]| check_parcels(worlds);
    let (left, came) = (walking("left", ""), walking("", "came"));
    assert_eq!(found(&[checked(&[&left]), checked(&[&came])]), [""; 0]);
    for (worlds, expected) in [
        (vec![checked(&[&left])], "left 1 times as p, and come 0"),
        (vec![checked(&[&came])], "left 0 times as p, and come 1"),
        (
            vec![checked(&[&left]), checked(&[&walking("came", "came")])],
            "left 1 times as p, and come 2",
        ),
        (
            vec![checked(&[&left]), checked(&[&came]), checked(&[&came])],
            "left 1 times as p, and come 2",
        ),
    ] {
        let found = found(&worlds);
        assert!(
            found.len() == 1 && found[0].contains(expected),
            "{found:#?}"
        );
    }
    // What was not stored has not happened, and is tried again by the next process.
    let twice = format!("{FIRST}\n 7 came p\n 8 begin a3\n 9 not-committed Disconnected: x");
    assert_eq!(
        found(&[
            checked(&[&left]),
            checked(&[&twice.replace("2 opened", "2 opened\n 2 came p")])
        ]),
        [""; 0]
    );
}

/// What is told of a part of the changes binds as what is told of all of them.
#[test]
fn a_save_that_is_lost_is_found() {
    for way in ["save", "flush_without_refused"] {
        let mut one = events(FIRST);
        if let Event::Begin { way: of, .. } = &mut one[4].1 {
            *of = way.into();
        }
        let found = |attempt, stored| {
            let end = format!("20 open\n 21 opened {attempt}\n 22 stored {stored}");
            check(&Vec::new(), &[one.clone(), events(&end)])
        };
        let figures = found("a2", 2).figures;
        assert_eq!(figures.saves + figures.without_refused, 1);
        assert_eq!(found("a2", 2).faults, [""; 0]);
        assert_eq!(found("a1", 1).faults.len(), 1);
    }
}

#[test]
fn a_player_that_comes_after_it_was_sent_back_is_found() {
    let checked = |before: &str| {
        let one = FIRST.replace("5 begin", &format!("{before}\n 5 begin"));
        let end = "20 open\n 21 opened a2\n 22 stored 2";
        check(&Vec::new(), &[events(&one), events(end)])
    };
    let away = "4 sends-back p\n 4 sent-back p\n";
    let no_failover = "9 failover";
    for (nemesis, one, other, n_wrong) in [
        (no_failover, format!("{away} 4 came p"), "", 1),
        (no_failover, format!("{away} 4 came q"), "", 0),
        // It was not told to be away.
        (no_failover, "4 sends-back p\n 4 came p".into(), "", 0),
        // The other world has sent it back, too; or had done so before.
        (no_failover, format!("{away} 4 came p"), "4 sends-back p", 0),
        (no_failover, format!("{away} 4 came p"), "3 sends-back p", 1),
        ("4 failover", format!("{away} 4 came p"), "", 0),
    ] {
        let worlds = [checked(&one), checked(other)];
        let found = check_sent_back(&events(nemesis), &worlds);
        assert_eq!(found.len(), n_wrong, "{one}: {found:#?}");
    }
}

#[test]
fn what_a_process_says_of_itself_is_found() {
    let one = format!("{FIRST}\n 7 broken an index is wrong");
    let end = "20 open\n 21 opened a2\n 22 stored 2";
    assert_found("an index is wrong", &["", &one, end]);
    assert_found(
        "nobody has looked",
        &["", FIRST, "20 open\n 21 not-opened it is away"],
    );
}

/// A process that is killed may have written half a line.
#[test]
fn half_a_line_is_no_event() {
    let whole = history("1 open\n2 begin a f 3\n4 dura").unwrap();
    assert_eq!(whole.len(), 2);
    assert!(history("1 nonsense\n").is_err());
    for event in ["x\n", "1 opened a\n", "1 begin a\n", "1 stored x\n"] {
        assert!(history(event).is_err(), "{event}");
    }
}
