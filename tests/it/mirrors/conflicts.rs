//! Deltas that do not fit: each problem is listed, and the mirror is unchanged.

use super::key_of;
use crate::common::sample::{attribute, fill, player};
use crate::common::{TestFile, state_of};
use gamedb::ErrorKind;
use gamedb::ProblemKind;
use gamedb_models::{Attribute, Mobile, Player, World};

/// Applies the delta of `change`, made to a filled world, to a mirror that `spoil` has changed, and
/// returns the problems.
fn refused(
    change: impl FnOnce(&mut World, &crate::common::sample::Sample),
    spoil: impl FnOnce(&mut World),
) -> Vec<(String, ProblemKind)> {
    let mut world = World::new();
    let sample = fill(&mut world);
    let mut mirror = World::new();
    mirror.apply(&world.snapshot().unwrap()).unwrap();
    let mut feed = world.subscribe().unwrap();
    change(&mut world, &sample);
    let delta = world.changes(&mut feed).unwrap().delta();
    spoil(&mut mirror);
    let before = state_of(&mirror);
    let error = mirror.apply(&delta).unwrap_err();
    assert_eq!(state_of(&mirror), before, "{error}");
    assert_eq!(mirror.check(), [""; 0]);
    let problems = match error.into_kind() {
        ErrorKind::NotApplied { problems } => problems,
        other => panic!("{other}"),
    };
    problems
        .into_iter()
        .map(|problem| {
            (
                format!("{}.{} {}", problem.table, problem.column, problem.id),
                problem.kind,
            )
        })
        .collect()
}

#[test]
fn rows_that_are_missing_or_there_already_are_listed_and_change_nothing() {
    let renamed = refused(
        |world, sample| world.get_mut(sample.ada).unwrap().set_full_name("Ada"),
        |mirror| mirror.remove(key_of::<Player>(mirror, 1)).unwrap(),
    );
    assert_eq!(renamed, [("players.id 1".into(), ProblemKind::Missing)]);

    let removed = refused(
        |world, sample| world.remove(sample.luck).unwrap(),
        |mirror| mirror.remove(key_of::<Attribute>(mirror, 1)).unwrap(),
    );
    assert_eq!(removed, [("attributes.id 1".into(), ProblemKind::Missing)]);

    let inserted = refused(
        |world, _| assert!(world.insert(player(77)).is_ok()),
        |mirror| assert!(mirror.insert(player(78)).is_ok()),
    );
    assert_eq!(
        inserted,
        [("players.id 3".into(), ProblemKind::AlreadyThere)]
    );
}

/// Also where what was removed is not there.
#[test]
fn removed_rows_that_are_missing_are_listed_beside_all_others() {
    let problems = refused(
        |world, sample| {
            world.remove(sample.luck).unwrap();
            world.get_mut(sample.ada).unwrap().set_full_name("Ada");
            let mut bob = world.get_mut(sample.bob).unwrap();
            bob.set_email("new@example.com").unwrap();
        },
        |mirror| {
            mirror.remove(key_of::<Attribute>(mirror, 1)).unwrap();
            mirror.remove(key_of::<Player>(mirror, 1)).unwrap();
            let other = Player {
                email: "new@example.com".into(),
                ..player(9)
            };
            assert!(mirror.insert(other).is_ok());
        },
    );
    let existing = 3;
    assert_eq!(
        problems,
        [
            ("attributes.id 1".into(), ProblemKind::Missing),
            ("players.id 1".into(), ProblemKind::Missing),
            (
                "players.email 2".into(),
                ProblemKind::NotUnique { existing }
            ),
        ]
    );
}

#[test]
fn unique_values_that_the_mirror_has_are_listed_and_change_nothing() {
    let taken = refused(
        |world, sample| {
            world
                .get_mut(sample.ada)
                .unwrap()
                .set_email("new@example.com")
                .unwrap()
        },
        |mirror| {
            let bob = key_of::<Player>(mirror, 2);
            mirror
                .get_mut(bob)
                .unwrap()
                .set_email("new@example.com")
                .unwrap();
        },
    );
    let existing = 2;
    assert_eq!(
        taken,
        [(
            "players.email 1".into(),
            ProblemKind::NotUnique { existing }
        )]
    );
}

#[test]
fn rows_that_the_mirror_lacks_or_still_names_are_listed_and_change_nothing() {
    let owner_gone = refused(
        |world, sample| world.give(sample.ada, sample.luck, sample.bob).unwrap(),
        |mirror| mirror.remove(key_of::<Player>(mirror, 2)).unwrap(),
    );
    let dangling = |target, id| ProblemKind::Dangling { target, id };
    assert_eq!(
        owner_gone,
        [(
            "attribute_owners.player_id 1".into(),
            dangling("players", 2)
        )]
    );

    let still_named = refused(
        |world, sample| world.remove(sample.bob).unwrap(),
        |mirror| {
            let luck = key_of::<Attribute>(mirror, 1);
            let (ada, bob) = (key_of::<Player>(mirror, 1), key_of::<Player>(mirror, 2));
            mirror.give(ada, luck, bob).unwrap();
        },
    );
    assert_eq!(
        still_named,
        [(
            "attribute_owners.player_id 1".into(),
            dangling("players", 2)
        )]
    );
}

#[test]
fn an_ownership_cycle_is_not_applied() {
    let mut world = World::new();
    let [a, b] = [(); 2].map(|()| world.insert(Mobile::default()).unwrap());
    let mut mirror = World::new();
    mirror.apply(&world.snapshot().unwrap()).unwrap();
    let mut feed = world.subscribe().unwrap();
    world.get_mut(a).unwrap().set_owner(Some(b.into())).unwrap();
    let delta = world.changes(&mut feed).unwrap().delta();
    let (mirrored_a, mirrored_b) = (key_of::<Mobile>(&mirror, 1), key_of::<Mobile>(&mirror, 2));
    mirror
        .get_mut(mirrored_b)
        .unwrap()
        .set_owner(Some(mirrored_a.into()))
        .unwrap();
    let before = state_of(&mirror);
    match mirror.apply(&delta).unwrap_err().into_kind() {
        ErrorKind::NotApplied { problems } => assert_eq!(problems[0].kind, ProblemKind::OwnsItself),
        other => panic!("{other}"),
    }
    assert_eq!(state_of(&mirror), before);
}

/// Regression: two pivot rows got the same id, and every later flush failed.
#[test]
fn a_delta_does_not_give_the_id_of_a_pivots_row_twice() {
    let rows = "
        INSERT INTO players VALUES (1, 'Ada', 'Ada', '', 1, 1815, 'ada@example.com');
        INSERT INTO attributes VALUES (5, 'luck', 0, 'LUCK', NULL, 7, NULL, NULL, NULL, NULL);
        INSERT INTO attribute_owners VALUES (1, 5, NULL, NULL, NULL, 1);";
    let file = TestFile::by_hand(|ddl| ddl, rows);
    let snapshot = file.open().snapshot().unwrap();
    let mut world = World::new();
    let first = world.insert(player(1)).unwrap();
    let second = world.insert(player(2)).unwrap();
    world.remove(first).unwrap();
    let mut second = world.get_mut(second).unwrap();
    second.add_attribute(attribute("luck")).unwrap();
    let refused = world.apply(&snapshot).unwrap_err();
    let ErrorKind::NotApplied { problems } = refused.kind() else {
        panic!("{refused}");
    };
    let of_pivot = problems.iter().find(|p| p.table == "attribute_owners");
    let kind = of_pivot.map(|problem| &problem.kind);
    assert!(
        matches!(kind, Some(ProblemKind::AlreadyThere)),
        "{problems:?}"
    );
    assert_eq!(world.check(), [""; 0]);
}

/// A mirror in which the moved row has a pivot row with another id is refused.
#[test]
fn a_delta_changes_a_pivots_row_by_its_id() {
    let rows = |pivot_id: i64| {
        format!(
            "INSERT INTO players VALUES (1, 'Ada', 'Ada', '', 1, 1815, 'ada@example.com');
            INSERT INTO players VALUES (2, 'Bob', 'Bob', '', 1, 1815, 'bob@example.com');
            INSERT INTO attributes VALUES (5, 'luck', 0, 'LUCK', NULL, 7, NULL, NULL, NULL, NULL);
            INSERT INTO attribute_owners VALUES ({pivot_id}, 5, NULL, NULL, NULL, 1);"
        )
    };
    let files = [1, 1, 2].map(|pivot_id| TestFile::by_hand(|ddl| ddl, &rows(pivot_id)));
    let [mut origin, mut mirror, mut other] = [&files[0], &files[1], &files[2]].map(TestFile::open);
    let mut subscription = origin.subscribe().unwrap();
    let ada = Player::find_by_email(&origin, "ada@example.com")
        .unwrap()
        .key();
    let bob = Player::find_by_email(&origin, "bob@example.com")
        .unwrap()
        .key();
    let (luck, _) = origin.get(ada).unwrap().attributes().next().unwrap();
    origin
        .get_mut(ada)
        .unwrap()
        .give_attribute(luck, bob)
        .unwrap();
    let delta = origin.changes(&mut subscription).unwrap().delta();
    mirror.apply(&delta).unwrap();
    let refused = other.apply(&delta).unwrap_err();
    let ErrorKind::NotApplied { problems } = refused.kind() else {
        panic!("{refused}");
    };
    assert!(
        matches!(problems[0].kind, ProblemKind::Missing),
        "{problems:?}"
    );
    assert_eq!(problems[0].table, "attribute_owners");
    assert_eq!(other.n_dirty(), 0);
}
