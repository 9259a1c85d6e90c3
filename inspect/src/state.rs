//! The game's side of the inspector: questions that wait, and jobs that go on over many ticks.

use std::collections::VecDeque;
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use crate::cell::{Cell, IN_LISTS, Reason};
use crate::feed::Feed;
use crate::history::History;
use crate::inspected::{Inspected, Place, Schema, Unreadable};
use crate::inspector::Settings;
use crate::owners::Owners;
use crate::query::Query;
use crate::question::{
    Answer, Asked, DirtyRow, DirtyTable, Edit, Flushes, Overview, Question, Refusal,
};
use crate::removal::Removal;
use crate::row_page::{MOST_NAMING, naming, row_page};
use crate::search::{MOST_ROWS, MOST_SORTED, Order, Search, Wanted};

/// A question that takes longer is answered with what was found so far. With a tick of a 60th of a second the page has
/// its answer within 50 ms.
const PATIENCE: Duration = Duration::from_millis(15);
/// The page asks for the rest within this time, if it still wants it; until then the job goes on.
const SOON: Duration = Duration::from_millis(100);
/// A job that nobody has asked for is given up after this.
const FORGOTTEN: Duration = Duration::from_secs(10);
/// Number of jobs that are kept while nobody asks for them.
const MOST_JOBS: usize = 16;
/// Number of dirty rows of one table that are listed, of all of them and of one that is looked at alone.
const DIRTY_IN_ALL: usize = 20;
const DIRTY_IN_ONE: usize = 200;

pub(crate) type Reply = oneshot::Sender<Result<Answer, Refusal>>;

/// What the game's thread knows of the inspection.
#[derive(Debug)]
pub(crate) struct State {
    questions: Receiver<Asked>,
    schema: Option<Schema>,
    may_edit: bool,
    waiting: VecDeque<Waiting>,
    parked: Vec<Parked>,
    n_jobs: u64,
    pub(crate) history: History,
    pub(crate) feed: Feed,
    pub(crate) owners: Owners,
    pub(crate) subscription: Option<gamedb::Subscription>,
    /// Edits that wait for an `answer_mut`.
    pub(crate) edits: VecDeque<(Edit, Reply)>,
    /// Answers that are sent when the world is held no longer.
    answered: Vec<(Reply, Result<Answer, Refusal>)>,
}

#[derive(Debug)]
struct Waiting {
    task: Task,
    reply: Reply,
    since: Instant,
}

#[derive(Debug)]
enum Task {
    Question(Question),
    Job(Job),
}

#[derive(Debug)]
struct Parked {
    number: u64,
    job: Job,
    since: Instant,
    /// Whether there is nothing more to do before the answer is asked for.
    is_done: bool,
}

#[derive(Debug)]
enum Job {
    Search(Box<Search>),
    Removal(Box<Removal>),
}

impl From<Unreadable> for Refusal {
    fn from(error: Unreadable) -> Self {
        Refusal::Unreadable(error.0)
    }
}

impl State {
    pub(crate) fn new(questions: Receiver<Asked>, settings: &Settings) -> Self {
        Self {
            questions,
            schema: None,
            may_edit: settings.may_edit,
            waiting: VecDeque::new(),
            parked: Vec::new(),
            n_jobs: 0,
            history: History::new(Instant::now()),
            feed: Feed::default(),
            owners: Owners::new(settings.n_owners),
            subscription: None,
            edits: VecDeque::new(),
            answered: Vec::new(),
        }
    }

    /// Works on the questions until the budget is used up. Without a question it costs a look at the clock and
    /// at the channel.
    pub(crate) fn answer(&mut self, world: &dyn Inspected, budget: Duration) {
        world.hold(&mut || self.answer_held(world, budget));
        // Whoever has the answer may close the world or remove the file, which is not held any more then.
        for (reply, answer) in self.answered.drain(..) {
            send(reply, answer);
        }
    }

    fn answer_held(&mut self, world: &dyn Inspected, budget: Duration) {
        let start = Instant::now();
        // A program that has called `answer_mut` once may never do it again.
        self.edits.retain(|(_, reply)| !reply.is_closed());
        let schema = self.schema.take().unwrap_or_else(|| world.schema());
        // What cannot be read now is said to whoever asks for it.
        let _ = self.history.sample(world, schema.tables.len(), start);
        while let Ok(Asked { question, reply }) = self.questions.try_recv() {
            self.waiting.push_back(Waiting {
                task: Task::Question(question),
                reply,
                since: start,
            });
        }
        if !self.waiting.is_empty() || !self.parked.is_empty() {
            self.parked
                .retain(|parked| start.saturating_duration_since(parked.since) < FORGOTTEN);
            while let Some(waiting) = self.waiting.pop_front() {
                self.work(world, &schema, waiting);
                if start.elapsed() >= budget {
                    break;
                }
            }
            self.go_on(world, &schema, start, budget);
            self.history.worked(start.elapsed());
        }
        self.schema = Some(schema);
    }

    /// Goes on with jobs whose first answer was just sent to the page: what is found now is not waited for later.
    fn go_on(&mut self, world: &dyn Inspected, schema: &Schema, start: Instant, budget: Duration) {
        let is_soon = |parked: &&mut Parked| {
            !parked.is_done && start.saturating_duration_since(parked.since) < SOON
        };
        while start.elapsed() < budget
            && let Some(parked) = self.parked.iter_mut().find(is_soon)
        {
            // What cannot be read now is said when the page asks.
            parked.is_done = parked.job.step(world, schema).unwrap_or(true);
        }
    }

    /// One step for one question: a whole answer, or a part of a job.
    fn work(&mut self, world: &dyn Inspected, schema: &Schema, waiting: Waiting) {
        let Waiting { task, reply, since } = waiting;
        if reply.is_closed() {
            return; // The page was closed, or has asked for something else.
        }
        let job = match task {
            Task::Job(job) => Ok(job),
            Task::Question(Question::Edit(edit)) => return self.edit(schema, edit, reply),
            Task::Question(question) => match self.begin(world, schema, question) {
                Ok(Begun::Job(job)) => Ok(job),
                Ok(Begun::Answer(answer)) => return self.reply(reply, Ok(answer)),
                Err(refusal) => Err(refusal),
            },
        };
        let mut job = match job {
            Ok(job) => job,
            Err(refusal) => return self.reply(reply, Err(refusal)),
        };
        match job.step(world, schema) {
            Err(unreadable) => self.reply(reply, Err(unreadable.into())),
            Ok(true) => self.reply(reply, job.answer(world, schema, None)),
            Ok(false) if since.elapsed() >= PATIENCE => {
                self.n_jobs += 1;
                let number = self.n_jobs;
                self.reply(reply, job.answer(world, schema, Some(number)));
                if self.parked.len() == MOST_JOBS {
                    self.parked.remove(0);
                }
                self.parked.push(Parked {
                    number,
                    job,
                    since: Instant::now(),
                    is_done: false,
                });
            }
            Ok(false) => self.waiting.push_back(Waiting {
                task: Task::Job(job),
                reply,
                since,
            }),
        }
    }

    fn begin(
        &mut self,
        world: &dyn Inspected,
        schema: &Schema,
        question: Question,
    ) -> Result<Begun, Refusal> {
        if question
            .table()
            .is_some_and(|table| table >= schema.tables.len())
        {
            return Err(Refusal::NoTable);
        }
        let now = Instant::now();
        Ok(Begun::Answer(match question {
            Question::Schema => Answer::Schema {
                path: world.path(),
                may_edit: self.may_edit,
                keeps_owners: self.owners.is_kept(),
                schema: schema.clone(),
            },
            Question::Overview => Answer::Overview(Box::new(self.overview(world, schema)?)),
            Question::Rows {
                table,
                query,
                order,
                limit,
            } => {
                let search = search(schema, table, &query, order, limit)?;
                return Ok(Begun::Job(Job::Search(Box::new(search))));
            }
            Question::Row { table, at } => {
                let row = row_page(world, schema, table, at)?;
                Answer::Row(Box::new(row.ok_or(Refusal::NoRow)?))
            }
            Question::Naming {
                table,
                at,
                incoming,
                from,
            } => {
                let keys = &schema.tables[table].incoming;
                keys.get(incoming).ok_or(Refusal::NoColumn)?;
                let row = (table, at);
                Answer::Naming(naming(world, schema, row, incoming, from, MOST_NAMING)?)
            }
            Question::Removal { table, at } => {
                let removal = Removal::new(world, table, at)?.ok_or(Refusal::NoRow)?;
                return Ok(Begun::Job(Job::Removal(Box::new(removal))));
            }
            Question::Continue { job } => {
                let place = self.parked.iter().position(|parked| parked.number == job);
                let parked = self.parked.remove(place.ok_or(Refusal::NoJob)?);
                return Ok(Begun::Job(parked.job));
            }
            Question::Dirty { table } => Answer::Dirty {
                tables: dirty(world, schema, table)?,
            },
            Question::Feed {
                filter,
                watch,
                since,
            } => Answer::Feed(self.feed.since(filter, watch, since, now)),
            Question::Plots { since } => Answer::Plots(self.history.since(since, now)),
            Question::Owners { table, at } => self.owners(world, (table, at), now)?,
            Question::Edit(_) => unreachable!("edits are queued before"),
        }))
    }

    /// Who has owned a row, as far as that is kept, and who owns it now.
    fn owners(
        &mut self,
        world: &dyn Inspected,
        (table, at): (usize, i64),
        now: Instant,
    ) -> Result<Answer, Refusal> {
        let mut owner = None;
        world.row(table, at, &mut |row| owner = Some(row.owner()))?;
        let seconds = self.history.seconds(now);
        Ok(Answer::Owners(self.owners.of((table, at), owner, seconds)))
    }

    fn reply(&mut self, reply: Reply, answer: Result<Answer, Refusal>) {
        self.answered.push((reply, answer));
    }

    fn edit(&mut self, schema: &Schema, edit: Edit, reply: Reply) {
        let table = schema.tables.get(edit.table);
        match table.map(|table| edit.column < table.columns.len()) {
            None => self.reply(reply, Err(Refusal::NoTable)),
            Some(false) => self.reply(reply, Err(Refusal::NoColumn)),
            Some(true) if !self.may_edit => self.reply(reply, Err(Refusal::ReadOnly)),
            Some(true) if !self.feed.is_followed() => self.reply(reply, Err(Refusal::NotMut)),
            Some(true) => self.edits.push_back((edit, reply)),
        }
    }

    fn overview(&self, world: &dyn Inspected, schema: &Schema) -> Result<Overview, Unreadable> {
        let tables: Result<_, _> = (0..schema.tables.len())
            .map(|table| world.size(table))
            .collect();
        let milliseconds = |duration: Duration| duration.as_secs_f64() * 1e3;
        Ok(Overview {
            seconds: self.history.seconds(Instant::now()),
            tables: tables?,
            flushes: world.flushes().map(|stats| Flushes {
                n_written: stats.n_written,
                n_failed: stats.n_failed,
                inserted: stats.inserted,
                updated: stats.updated,
                deleted: stats.deleted,
                longest_ms: milliseconds(stats.longest),
                last_rows: stats.last.rows(),
                last_took_ms: milliseconds(stats.last.took),
                last_writing_ms: milliseconds(stats.last.writing),
                wal_pages: stats.wal_pages,
                committed: stats.committed.to_string(),
                durable: stats.durable.to_string(),
                is_in_flight: stats.is_in_flight,
            }),
        })
    }
}

enum Begun {
    Answer(Answer),
    Job(Job),
}

impl Job {
    fn step(&mut self, world: &dyn Inspected, schema: &Schema) -> Result<bool, Unreadable> {
        match self {
            Job::Search(search) => search.step(world),
            Job::Removal(removal) => removal.step(world, schema),
        }
    }

    fn answer(
        &mut self,
        world: &dyn Inspected,
        schema: &Schema,
        job: Option<u64>,
    ) -> Result<Answer, Refusal> {
        Ok(match self {
            Job::Search(search) => Answer::Rows {
                job,
                page: search.page(world)?,
            },
            Job::Removal(removal) => Answer::Removal {
                job,
                preview: removal.preview(world, schema)?,
            },
        })
    }
}

/// A search that can be begun: its words and columns are those of the table.
fn search(
    schema: &Schema,
    table: usize,
    query: &str,
    order: Order,
    limit: usize,
) -> Result<Search, Refusal> {
    let info = &schema.tables[table];
    let query = Query::parse(query, info).map_err(|error| Refusal::Query(error.to_string()))?;
    check_order(order, limit, info.columns.len())?;
    let wanted = Wanted {
        table,
        query,
        order,
        limit: limit.min(MOST_ROWS),
    };
    Ok(Search::new(wanted, &schema.tables))
}

fn check_order(order: Order, limit: usize, n_columns: usize) -> Result<(), Refusal> {
    let Order::Column { column, skip, .. } = order else {
        return Ok(());
    };
    if column.is_some_and(|column| column >= n_columns) {
        return Err(Refusal::NoColumn);
    }
    if skip.saturating_add(limit) > MOST_SORTED {
        return Err(Refusal::TooFar(MOST_SORTED));
    }
    Ok(())
}

/// The dirty rows of one table, or some of each.
fn dirty(
    world: &dyn Inspected,
    schema: &Schema,
    only: Option<usize>,
) -> Result<Vec<DirtyTable>, Unreadable> {
    let (tables, most) = match only {
        Some(table) => (table..table + 1, DIRTY_IN_ONE),
        None => (0..schema.tables.len(), DIRTY_IN_ALL),
    };
    let mut found = Vec::new();
    for table in tables {
        let size = world.size(table)?;
        let n_columns = schema.tables[table].columns.len();
        let mut rows = Vec::new();
        world.dirty(table, &mut |row| {
            let Some(effect) = row.unflushed() else {
                return true;
            };
            let reason = Reason::from(&effect);
            let cell = |column| Cell::of(&row.value(column), IN_LISTS);
            rows.push(DirtyRow {
                place: Place {
                    table,
                    at: row.at(),
                    id: row.id(),
                },
                cells: match &reason {
                    Reason::Changed(columns) => {
                        columns.iter().map(|&column| cell(column.into())).collect()
                    }
                    Reason::Inserted | Reason::Removed => (0..n_columns).map(cell).collect(),
                },
                reason,
            });
            rows.len() < most
        });
        found.push(DirtyTable {
            table,
            most: size.dirty,
            rows,
            n_removed: size.removed,
            removed: world.removed(table, most),
        });
    }
    Ok(found)
}

/// The page may have been closed, and then nobody wants the answer.
pub(crate) fn send(reply: Reply, answer: Result<Answer, Refusal>) {
    drop(reply.send(answer));
}

#[cfg(test)]
mod tests;
