//! Rows that lie in rows of their table: random operations on a world, and on a tree of the simplest kind.
//!
//! `GAMEDB_CASES` sets the number of worlds.

use std::collections::BTreeMap;

use gamedb::{Database, Error, ErrorKind};
use proptest::prelude::*;
use proptest::test_runner::Config;
use rusqlite::Connection;

#[allow(
    unused,
    unreachable_pub,
    missing_docs,
    clippy::pedantic,
    reason = "tests use a part of the models"
)]
#[path = "../../generate/tests/cases/emit_nests/models.rs"]
mod models;

use models::{Item, ItemId, ItemKey, Page, Player, PlayerKey, World};

/// An operation; its numbers are the places of items among those that there are.
#[derive(Clone, Debug)]
enum Op {
    AddAt(usize, i64),
    AddContent(usize),
    PutInto(usize, usize),
    PutAt(usize, usize, Number),
    SetSid(usize, i64),
    Remove(usize),
    Transaction(Vec<Op>, bool),
}

/// A number that an item is put at: any, or that of an item.
#[derive(Clone, Copy, Debug)]
enum Number {
    This(i64),
    Of(usize),
}

#[derive(Clone, Debug)]
enum Step {
    Op(Op),
    Flush,
    Save(usize),
    Reopen,
}

fn op() -> impl Strategy<Value = Op> {
    let item = || 0..40_usize;
    let number = prop_oneof![
        (0..14_i64).prop_map(Number::This),
        item().prop_map(Number::Of)
    ];
    let leaf = prop_oneof![
        3 => (0..2_usize, 0..12_i64).prop_map(|(player, slot)| Op::AddAt(player, slot)),
        6 => item().prop_map(Op::AddContent),
        6 => (item(), item()).prop_map(|(item, into)| Op::PutInto(item, into)),
        6 => (item(), 0..2_usize, number).prop_map(|(item, player, at)| Op::PutAt(item, player, at)),
        2 => (item(), 3..30_i64).prop_map(|(item, sid)| Op::SetSid(item, sid)),
        1 => item().prop_map(Op::Remove),
    ];
    leaf.prop_recursive(2, 10, 5, |op| {
        (prop::collection::vec(op, 1..6), any::<bool>())
            .prop_map(|(ops, commits)| Op::Transaction(ops, commits))
    })
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        20 => op().prop_map(Step::Op),
        1 => Just(Step::Flush),
        2 => (0..40_usize).prop_map(Step::Save),
        1 => Just(Step::Reopen),
    ]
}

/// An item of the tree.
#[derive(Clone, Debug, PartialEq)]
struct Node {
    player: usize,
    /// The item that it lies in, or the place of the body.
    at: Result<ItemId, i64>,
    sid: i64,
}

/// What there should be.
#[derive(Clone, Debug, Default, PartialEq)]
struct Tree {
    nodes: BTreeMap<ItemId, Node>,
}

fn is_root(number: i64) -> bool {
    (1..=10).contains(&number)
}

impl Tree {
    fn of(world: &World, players: &[PlayerKey; 2]) -> Self {
        let nodes = world.iter::<Item>().map(|(key, item)| {
            let view = world.get(key).unwrap();
            let container = view.container();
            let node = Node {
                player: usize::from(item.player == players[1]),
                at: container.map_or(Err(item.pid), |container| Ok(container.id())),
                sid: item.sid,
            };
            assert_eq!(view.is_at_root(), node.at.is_err());
            let mut contents = container
                .into_iter()
                .flat_map(|container| container.contents());
            assert!(container.is_none() || contents.any(|(content, _)| content == key));
            (view.id(), node)
        });
        let nodes: BTreeMap<ItemId, Node> = nodes.collect();
        for (at, player) in players.iter().enumerate() {
            let roots = world.get(*player).unwrap().items_at_root().count();
            let expected = nodes.values().filter(|n| n.player == at && n.at.is_err());
            assert_eq!(roots, expected.count());
        }
        Self { nodes }
    }

    /// The item, and whatever lies in it.
    fn contents(&self, of: ItemId) -> Vec<ItemId> {
        let mut found = vec![of];
        let mut at = 0;
        while let Some(container) = found.get(at).copied() {
            let inside = self
                .nodes
                .iter()
                .filter(|(_, node)| node.at == Ok(container));
            found.extend(inside.map(|(id, _)| *id));
            at += 1;
        }
        found
    }

    fn with_number(&self, player: usize, sid: i64) -> Option<ItemId> {
        let mut nodes = self.nodes.iter();
        let found = nodes.find(|(_, node)| node.player == player && node.sid == sid);
        found.map(|(id, _)| *id)
    }

    /// The place in an item; `None` if nothing can lie in it.
    fn inside(&self, container: ItemId) -> Option<Result<ItemId, i64>> {
        (!is_root(self.nodes[&container].sid)).then_some(Ok(container))
    }

    /// The place that a number means.
    fn place(&self, player: usize, number: i64) -> Option<Result<ItemId, i64>> {
        match is_root(number) {
            true => Some(Err(number)),
            false => self.with_number(player, number).map(Ok),
        }
    }

    /// Moves an item; `false` if that cannot be.
    fn put(&mut self, item: ItemId, player: usize, at: Option<Result<ItemId, i64>>) -> bool {
        let moved = self.contents(item);
        let Some(at) = at.filter(|at| at.is_err() || !moved.contains(&at.unwrap())) else {
            return false;
        };
        for id in moved {
            self.nodes.get_mut(&id).unwrap().player = player;
        }
        self.nodes.get_mut(&item).unwrap().at = at;
        true
    }
}

/// A world with the tree that it should be.
struct Both {
    db: Database<World>,
    tree: Tree,
    players: [PlayerKey; 2],
    file: tempfile::TempDir,
}

impl Both {
    fn new() -> Self {
        let file = tempfile::tempdir().unwrap();
        let mut db = Database::<World>::open(file.path().join("world.db")).unwrap();
        let players = [(); 2].map(|()| db.insert(Player::default()).unwrap());
        Self {
            db,
            tree: Tree::default(),
            players,
            file,
        }
    }

    /// Whatever is in the file lies somewhere there.
    fn check_file(&self) {
        let file = Connection::open(self.file.path().join("world.db")).unwrap();
        let lost = "SELECT count(*) FROM player_items AS own WHERE pid NOT BETWEEN 1 AND 10 AND NOT EXISTS
            (SELECT 1 FROM player_items AS container WHERE container.player_id = own.player_id AND container.sid = own.pid)";
        let n_lost: i64 = file.query_row(lost, [], |row| row.get(0)).unwrap();
        assert_eq!(n_lost, 0);
    }

    fn step(mut self, step: &Step) -> Self {
        match step {
            Step::Op(op) => apply(&mut self.db, &mut self.tree, &self.players, op),
            Step::Flush => {
                self.db.flush().unwrap();
            }
            Step::Save(n) => {
                if let Some((_, key)) = item(&self.db, &self.tree, *n) {
                    self.db.save(key).unwrap();
                    self.check_file();
                }
            }
            Step::Reopen => {
                let ids = self.players.map(|key| self.db.id(key).unwrap());
                self.db.close().unwrap();
                self.db = Database::open(self.file.path().join("world.db")).unwrap();
                self.players = ids.map(|id| self.db.key(id).unwrap());
                compare(&self.db, &mut self.tree, &self.players);
            }
        }
        self
    }
}

fn item(world: &World, tree: &Tree, n: usize) -> Option<(ItemId, ItemKey)> {
    let ids: Vec<ItemId> = tree.nodes.keys().copied().collect();
    let id = *ids.get(n % ids.len().max(1))?;
    Some((id, world.key(id).unwrap()))
}

/// Takes the numbers over that the world has given: they are free ones, and otherwise its own affair.
fn compare(world: &World, tree: &mut Tree, players: &[PlayerKey; 2]) {
    let there = Tree::of(world, players);
    for (id, node) in &mut tree.nodes {
        node.sid = there.nodes.get(id).map_or(node.sid, |there| there.sid);
    }
    assert_eq!(there, *tree);
    assert_eq!(world.check(), [""; 0]);
    for (id, node) in &tree.nodes {
        assert_eq!(tree.with_number(node.player, node.sid), Some(*id));
    }
}

fn added(
    world: &World,
    tree: &mut Tree,
    player: usize,
    at: Option<Result<ItemId, i64>>,
    added: Result<ItemKey, Error>,
) -> Result<(), Error> {
    let key = added?;
    let (id, sid) = (world.id(key).unwrap(), world.get(key).unwrap().sid);
    let at = at.expect("the world adds nothing to nowhere");
    assert_eq!(tree.with_number(player, sid), None);
    tree.nodes.insert(id, Node { player, at, sid });
    Ok(())
}

fn transaction(
    world: &mut World,
    tree: &mut Tree,
    players: &[PlayerKey; 2],
    ops: &[Op],
    commits: bool,
) {
    let before = tree.clone();
    let done = world.transaction(|world| {
        for op in ops {
            apply(world, tree, players, op);
        }
        if commits { Ok(()) } else { Err(()) }
    });
    if done.is_err() {
        *tree = before;
        assert_eq!(Tree::of(world, players), *tree);
    }
}

/// Does the same to both, and compares what became of them.
fn apply(world: &mut World, tree: &mut Tree, players: &[PlayerKey; 2], op: &Op) {
    let before = tree.clone();
    let of = |world: &World, n: usize| item(world, &before, n);
    let (is_right, result) = match op {
        Op::Transaction(ops, commits) => {
            transaction(world, tree, players, ops, *commits);
            (true, Ok(()))
        }
        Op::AddAt(player, slot) => {
            let mut row = world.get_mut(players[*player]).unwrap();
            let new = row.add_item_at(*slot, Item::default());
            let at = before.place(*player, *slot);
            (at.is_some(), added(world, tree, *player, at, new))
        }
        Op::AddContent(n) => {
            let Some((id, key)) = of(world, *n) else {
                return;
            };
            let new = world.get_mut(key).unwrap().add_content(Item::default());
            let (at, player) = (before.inside(id), before.nodes[&id].player);
            (at.is_some(), added(world, tree, player, at, new))
        }
        Op::PutInto(n, into) => {
            let (Some((id, key)), Some((container, into))) = (of(world, *n), of(world, *into))
            else {
                return;
            };
            let player = before.nodes[&container].player;
            let is_right = tree.put(id, player, before.inside(container));
            (is_right, world.get_mut(key).unwrap().put_into(into))
        }
        Op::PutAt(n, player, number) => {
            let Some((id, key)) = of(world, *n) else {
                return;
            };
            let number = match *number {
                Number::This(number) => number,
                Number::Of(n) => of(world, n).map_or(0, |(id, _)| before.nodes[&id].sid),
            };
            let is_right = tree.put(id, *player, before.place(*player, number));
            let mut row = world.get_mut(key).unwrap();
            (is_right, row.put_at(players[*player], number))
        }
        Op::SetSid(n, sid) => {
            let Some((id, key)) = of(world, *n) else {
                return;
            };
            let node = &before.nodes[&id];
            let other = before.with_number(node.player, *sid);
            let is_right = node.sid == *sid || other.is_none() && before.contents(id).len() == 1;
            if is_right {
                tree.nodes.get_mut(&id).unwrap().sid = *sid;
            }
            (is_right, world.get_mut(key).unwrap().set_sid(*sid))
        }
        Op::Remove(n) => {
            let Some((id, key)) = of(world, *n) else {
                return;
            };
            for id in before.contents(id) {
                tree.nodes.remove(&id);
            }
            (true, world.remove(key))
        }
    };
    assert_eq!(result.is_ok(), is_right, "{op:?}: {result:?}");
    compare(world, tree, players);
}

proptest! {
    #![proptest_config(Config {
        failure_persistence: None,
        ..Config::with_cases(
            std::env::var("GAMEDB_CASES").map_or(48, |cases| cases.parse().unwrap())
        )
    })]
    #[test]
    fn a_world_is_the_tree_that_it_should_be(steps in prop::collection::vec(step(), 1..60)) {
        let mut both = Both::new();
        for step in &steps {
            both = both.step(step);
        }
    }
}

/// A page that lies in another, of this number.
fn page(book: &str, lies_in: i64, number: i64) -> Page {
    Page {
        book: book.to_owned(),
        lies_in,
        number,
    }
}

/// The pages as book, parent, number, in order of their ids.
fn pages(world: &World) -> Vec<(String, i64, i64)> {
    let pages = world.iter::<Page>();
    pages
        .map(|(_, page)| (page.book.clone(), page.lies_in, page.number))
        .collect()
}

#[test]
fn a_move_needs_no_place_at_the_root_of_anybody() {
    let mut world = World::new();
    // Three pages in a row, and somebody at each root: nothing can be parked there.
    let outer = world.insert(page("a", 0, 5)).unwrap();
    world.insert(page("a", 5, 6)).unwrap();
    let inner = world.insert(page("a", 6, 7)).unwrap();
    world.insert(page("a", 1, 8)).unwrap();
    world.insert(page("b", 0, 6)).unwrap();
    let before = pages(&world);
    assert_eq!(world.check(), [""; 0]);
    // Refused where there is somebody, and then nothing has changed.
    let refused = world
        .get_mut(outer)
        .unwrap()
        .put_at("b".to_owned(), 0)
        .unwrap_err();
    assert!(
        matches!(refused.kind(), ErrorKind::NotUnique { .. }),
        "{refused}"
    );
    assert_eq!(pages(&world), before);
    assert_eq!(world.check(), [""; 0]);

    world
        .get_mut(outer)
        .unwrap()
        .put_at("b".to_owned(), 6)
        .unwrap();
    let b = |lies_in, number| ("b".to_owned(), lies_in, number);
    // The number 6 was taken there, so its page has another, and what lies in it follows.
    let moved = [b(6, 5), b(5, 3), b(3, 7)];
    assert_eq!(pages(&world)[..3], moved);
    assert_eq!(world.get(inner).unwrap().container().unwrap().number, 3);
    assert_eq!(world.check(), [""; 0]);
    assert!(
        world
            .transaction(|world| -> Result<(), Error> {
                world.get_mut(outer).unwrap().put_at("c".to_owned(), 0)?;
                assert_eq!(pages(world)[2], ("c".to_owned(), 3, 7));
                Err(world
                    .get_mut(outer)
                    .unwrap()
                    .put_at("c".to_owned(), 99)
                    .unwrap_err())
            })
            .is_err()
    );
    assert_eq!(pages(&world)[..3], moved);
    assert_eq!(world.check(), [""; 0]);
}

#[test]
fn a_free_number_satisfies_the_checks_of_its_column() {
    let mut world = World::new();
    // 2 means no row neither, but a CHECK wants 3 at least, and less than 40.
    for number in 3..40 {
        let key = world.insert_at("a".to_owned(), number - 1, page("", 0, 0));
        let key = match number {
            3 => {
                assert!(key.is_err(), "no page has the number 2");
                world.insert_at("a".to_owned(), 0, page("", 0, 0)).unwrap()
            }
            _ => key.unwrap(),
        };
        assert_eq!(world.get(key).unwrap().number, number);
    }
    let full = world
        .insert_at("a".to_owned(), 39, page("", 0, 0))
        .unwrap_err();
    assert!(
        matches!(full.kind(), ErrorKind::CheckFailed { .. }),
        "{full}"
    );
    assert_eq!(world.len(), 37);
    let guest = world.insert(page("b", 0, 7)).unwrap();
    let refused = world
        .get_mut(guest)
        .unwrap()
        .put_at("a".to_owned(), 39)
        .unwrap_err();
    assert!(
        matches!(refused.kind(), ErrorKind::CheckFailed { .. }),
        "{refused}"
    );
    assert_eq!(world.get(guest).unwrap().book, "b");
    assert_eq!(world.check(), [""; 0]);
}
