//! The distribution of the random steps.

use gamedb::SaveScope;
use proptest::prelude::*;
use proptest::sample::select;

use crate::chosen::chosen;
use crate::operation::{
    Ask, Block, Death, End, FailingBackground, Form, Inner, NewOrKept, Noticed, Obstacle,
    Operation, Step, Watch,
};
use crate::schema::{Kind, TABLES, Table};
use crate::value::{Input, N_NAMES, Owner, Pick, Text};

/// The strategies that steps are drawn from, built once: building one costs more than drawing from it.
pub(crate) struct Steps {
    /// For a world with few rows.
    pub(crate) growing: BoxedStrategy<Step>,
    /// For a world with many rows.
    pub(crate) shrinking: BoxedStrategy<Step>,
}

impl Steps {
    pub(crate) fn new() -> Self {
        Self {
            growing: steps(&operations(3), 3),
            shrinking: steps(&operations(30), 8),
        }
    }
}

fn pick() -> BoxedStrategy<Pick> {
    prop_oneof![
        60 => (0..1000_usize).prop_map(Pick::Row),
        1 => (0..1000_usize).prop_map(Pick::Stale),
        1 => Just(Pick::Null),
    ]
    .boxed()
}

fn int() -> BoxedStrategy<i64> {
    prop_oneof![
        8 => -1..6_i64,
        1 => Just(i64::MIN),
        1 => Just(i64::MAX),
        1 => any::<i64>(),
    ]
    .boxed()
}

fn real() -> BoxedStrategy<f64> {
    prop_oneof![
        6 => (-1..6_i32).prop_map(f64::from),
        3 => any::<f64>(), // now and then NaN, infinite, subnormal
        1 => select(vec![-0.0, f64::INFINITY, f64::NEG_INFINITY, f64::MIN_POSITIVE / 2.0, f64::MAX]),
        1 => Just(f64::NAN),
    ]
    .boxed()
}

fn text() -> BoxedStrategy<Text> {
    prop_oneof![
        900 => (0..N_NAMES).prop_map(Text::nth),
        // All but the two long texts, which are slow.
        60 => (N_NAMES..Text::n_texts() - 2).prop_map(Text::nth),
        1 => (Text::n_texts() - 2..Text::n_texts()).prop_map(Text::nth),
    ]
    .boxed()
}

fn input(kind: Kind) -> BoxedStrategy<Input> {
    let or_null =
        |some: BoxedStrategy<Input>| prop_oneof![3 => some, 1 => Just(Input::Null)].boxed();
    match kind {
        Kind::Bool => any::<bool>().prop_map(Input::Bool).boxed(),
        Kind::Int => int().prop_map(Input::Int).boxed(),
        Kind::Real => real().prop_map(Input::Real).boxed(),
        Kind::Text => text().prop_map(Input::Text).boxed(),
        Kind::OneOf(words) => (0..words.len()).prop_map(Input::Word).boxed(),
        Kind::Key(_) => pick().prop_map(Input::Key).boxed(),
        Kind::OptionalInt => or_null(input(Kind::Int)),
        Kind::OptionalReal => or_null(input(Kind::Real)),
        Kind::OptionalText => or_null(input(Kind::Text)),
        Kind::OptionalKey(target) => or_null(input(Kind::Key(target))),
        Kind::MobileOwner => prop_oneof![
            2 => pick().prop_map(Input::OwnedByMobile),
            2 => pick().prop_map(Input::OwnedByPlayer),
            1 => Just(Input::Null),
        ]
        .boxed(),
        Kind::Value => prop_oneof![
            any::<bool>().prop_map(Input::BoolValue),
            real().prop_map(Input::DoubleValue),
            (real(), real(), real()).prop_map(|(x, y, z)| Input::VectorValue(x, y, z)),
            int().prop_map(Input::AssetValue),
        ]
        .boxed(),
    }
}

fn row(table: Table) -> BoxedStrategy<Vec<Input>> {
    let fields: Vec<_> = table.fields().iter().map(|&kind| input(kind)).collect();
    fields.boxed()
}

/// The tables whose rows are written by hand.
fn entities() -> impl Iterator<Item = Table> + Clone {
    TABLES.into_iter().filter(|table| table.owned().is_none())
}

fn owned() -> impl Iterator<Item = Table> {
    [Table::Attributes, Table::Inventories].into_iter()
}

fn owner(table: Table) -> BoxedStrategy<Owner> {
    let owner_row = prop_oneof![
        pick().prop_map(Owner::Player),
        pick().prop_map(Owner::Mobile),
        pick().prop_map(Owner::Item),
    ];
    match table {
        Table::Attributes => {
            prop_oneof![3 => owner_row, 1 => (0..3_i64).prop_map(Owner::Asset)].boxed()
        }
        _ => owner_row.boxed(),
    }
}

/// One strategy out of many, with equal weights.
fn one_of<T: std::fmt::Debug + 'static>(
    strategies: impl Iterator<Item = BoxedStrategy<T>>,
) -> BoxedStrategy<T> {
    proptest::strategy::Union::new(strategies).boxed()
}

fn set_owned(table: Table) -> BoxedStrategy<Operation> {
    let listed = prop_oneof![
        3 => row(table).prop_map(NewOrKept::New),
        3 => pick().prop_map(NewOrKept::Kept),
        1 => pick().prop_map(NewOrKept::Any),
    ];
    (owner(table), prop::collection::vec(listed, 0..4))
        .prop_map(move |(owner, rows)| Operation::SetOwned(table, owner, rows))
        .boxed()
}

/// Fields with a UNIQUE or a foreign key in them, which are set more often than the others.
const INDEXED: [(Table, usize); 10] = [
    (Table::Players, 5),
    (Table::Players, 1),
    (Table::Mobiles, 1),
    (Table::Items, 0),
    (Table::Items, 3),
    (Table::InventoryEntries, 0),
    (Table::InventoryEntries, 1),
    (Table::InventoryEntries, 4),
    (Table::MobileItems, 0),
    (Table::MobileItems, 4),
];

/// New rows with ids that the game gives.
fn with_ids() -> BoxedStrategy<Operation> {
    let standalone = entities().filter(|table| table.pivot().is_none());
    let insert = one_of(standalone.map(|table| {
        (chosen(), row(table))
            .prop_map(move |(id, row)| Operation::InsertWithId(table, id, row))
            .boxed()
    }));
    let add = one_of(owned().map(|table| {
        (owner(table), chosen(), row(table))
            .prop_map(move |(owner, id, row)| Operation::AddWithId(table, owner, id, row))
            .boxed()
    }));
    prop_oneof![2 => insert, 1 => add].boxed()
}

/// An operation on the world; `removals` is the weight of a removal, out of about thirty.
fn operations(removals: u32) -> BoxedStrategy<Operation> {
    use Operation::{Add, AddMany, Give, Insert, Remove, RemoveOwned, Set, SetAll, Swap};
    let standalone = entities().filter(|table| table.pivot().is_none());
    let insert = one_of(standalone.map(|table| {
        let insert = row(table).prop_map(move |row| Insert(table, row));
        insert.boxed()
    }));
    let fields = || {
        let fields = |table: Table| (0..table.fields().len()).map(move |field| (table, field));
        entities().flat_map(fields)
    };
    let set = one_of(fields().map(|(table, field)| {
        (pick(), input(table.fields()[field]))
            .prop_map(move |(row, input)| Set(table, row, field, input))
            .boxed()
    }));
    let set_indexed = one_of(INDEXED.into_iter().map(|(table, field)| {
        (pick(), input(table.fields()[field]))
            .prop_map(move |(row, input)| Set(table, row, field, input))
            .boxed()
    }));
    let set_all = one_of(fields().map(|(table, field)| {
        input(table.fields()[field])
            .prop_map(move |input| SetAll(table, field, input))
            .boxed()
    }));
    let swap = (select(vec![Table::Players, Table::Items]), pick(), pick());
    let remove = (select(entities().collect::<Vec<_>>()), pick());
    let add = one_of(owned().map(|table| {
        (owner(table), row(table))
            .prop_map(move |(owner, row)| Add(table, owner, row))
            .boxed()
    }));
    let add_many = one_of(owned().map(|table| {
        (owner(table), row(table))
            .prop_map(move |(owner, row)| AddMany(table, owner, row))
            .boxed()
    }));
    let remove_owned = one_of(owned().map(|table| {
        (owner(table), pick())
            .prop_map(move |(owner, row)| RemoveOwned(table, owner, row))
            .boxed()
    }));
    let give = one_of(owned().map(|table| {
        let from = prop_oneof![6 => Just(None), 1 => owner(table).prop_map(Some)];
        (from, pick(), owner(table))
            .prop_map(move |(from, row, to)| Give(table, from, row, to))
            .boxed()
    }));
    prop_oneof![
        60 => insert,
        30 => with_ids(),
        50 => set,
        50 => set_indexed,
        2 => set_all,
        10 => swap.prop_map(|(table, one, two)| Swap(table, one, two)),
        10 * removals => remove.prop_map(|(table, row)| Remove(table, row)),
        40 => add,
        1 => add_many,
        10 => remove_owned,
        20 => one_of(owned().map(set_owned)),
        30 => give,
    ]
    .boxed()
}

fn block(operations: &BoxedStrategy<Operation>) -> BoxedStrategy<Block> {
    let end = || {
        prop_oneof![
            4 => Just(End::Commit),
            2 => Just(End::Question),
            2 => Just(End::Error),
            2 => Just(End::Panic),
            1 => Just(End::PanicThrough),
        ]
    };
    let form = || select(vec![Form::Closure, Form::Guard]);
    let block =
        |body| (form(), body, end()).prop_map(|(form, body, end)| Block { form, body, end });
    let mut innermost = prop::collection::vec(operations.clone().prop_map(Inner::Do), 1..6).boxed();
    for _ in 0..2 {
        let inner = prop_oneof![
            4 => operations.clone().prop_map(Inner::Do),
            1 => block(innermost).prop_map(Inner::Block),
        ];
        innermost = prop::collection::vec(inner, 1..7).boxed();
    }
    block(innermost).boxed()
}

fn failing_background(operations: &BoxedStrategy<Operation>) -> BoxedStrategy<FailingBackground> {
    let meanwhile = || {
        let inner = prop_oneof![
            4 => operations.clone().prop_map(Inner::Do),
            1 => block(operations).prop_map(Inner::Block),
        ];
        prop::collection::vec(inner, 0..5)
    };
    let noticed = vec![Noticed::Wait, Noticed::Poll, Noticed::Again, Noticed::Flush];
    let parts = (
        select(vec![Obstacle::Busy, Obstacle::Foreign]),
        meanwhile(),
        prop::option::of(meanwhile()),
        select(noticed),
        prop_oneof![1 => Just(0), 2 => 1..10_usize],
    );
    parts
        .prop_map(
            |(obstacle, first, second, noticed, ahead)| FailingBackground {
                obstacle,
                ahead,
                first,
                second,
                noticed,
            },
        )
        .boxed()
}

fn steps(operations: &BoxedStrategy<Operation>, cascading: u32) -> BoxedStrategy<Step> {
    let row = || (select(entities().collect::<Vec<_>>()), pick());
    let scope = prop_oneof![2 => Just(SaveScope::Owned), 1 => Just(SaveScope::Row)];
    // Opening a file is slow, so most saves are not followed by a simulated crash.
    let afterwards = prop_oneof![
        2 => Just(Vec::new()),
        1 => prop::collection::vec(operations.clone(), 1..5),
    ];
    let save = (row(), scope, afterwards);
    let owners = vec![Table::Players, Table::Mobiles, Table::Items];
    let remove = (select(owners), pick());
    let ask = select(vec![Ask::Wait, Ask::Poll, Ask::No]);
    let capacity = prop_oneof![Just(usize::MAX), 0..20_usize];
    let watch = prop_oneof![
        2 => capacity.prop_map(Watch::Begin),
        7 => (0..1000_usize).prop_map(Watch::Look),
        1 => (0..1000_usize).prop_map(Watch::End),
    ];
    prop_oneof![
        300 => operations.clone().prop_map(Step::Do),
        // So that owners are removed with all that they own from time to time.
        cascading => remove.prop_map(|(table, row)| Step::Do(Operation::Remove(table, row))),
        40 => block(operations).prop_map(Step::Transaction),
        6 => Just(Step::Flush),
        2 => (0..1000_usize).prop_map(Step::FailingFlush),
        3 => (0..1000_usize).prop_map(Step::PartialFlush),
        1 => Just(Step::BusyFlush),
        8 => (1..40_usize).prop_map(Step::Prepare),
        6 => Just(Step::Background),
        3 => (0..1000_usize, ask).prop_map(|(n, ask)| Step::Ask(n, ask)),
        2 => failing_background(operations).prop_map(Step::FailingBackground),
        6 => save.prop_map(|((table, row), scope, afterwards)| {
            Step::Save(table, row, scope, afterwards)
        }),
        1 => row().prop_map(|(table, row)| Step::FailingSave(table, row)),
        10 => watch.prop_map(Step::Watch),
        2 => select(vec![Death::Drop, Death::Kill]).prop_map(Step::Crash),
        1 => Just(Step::Reopen),
    ]
    .boxed()
}
