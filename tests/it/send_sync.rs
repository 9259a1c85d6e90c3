//! What may go to another thread, and be looked at by several: a server loads a world in one thread and runs it in
//! another. Whether this compiles is the test.

use gamedb::{
    AnyChange, BackendError, Change, Changes, CloseError, CreateError, Database, Delta, Difference,
    Error, ErrorKind, FileError, FlushFailure, FlushReport, Generation, Id, IterMut, Key,
    NewOrKept, Options, Outcome, Pivot, Problem, ProblemKind, Rows, SaveScope, Subscription, Table,
    Ticket, Transaction, Value,
};
use gamedb_models::{
    Attribute, AttributeOwner, AttributeOwnerKey, Player, PlayerRef, Tables, World,
};

const fn send<T: Send>() {}
const fn send_and_sync<T: Send + Sync>() {}

const _: () = {
    // A world, with a file and without.
    send_and_sync::<World>();
    send_and_sync::<Database<World>>();
    send_and_sync::<Table<Player>>();
    send_and_sync::<Pivot<AttributeOwner>>();
    // The observer of the statements may be sent, and is called by one thread at a time.
    send::<Options>();
    // What names rows, and their values.
    send_and_sync::<Key<Player>>();
    send_and_sync::<Id<Player>>();
    send_and_sync::<AttributeOwnerKey>();
    send_and_sync::<Player>();
    send_and_sync::<AttributeOwner>();
    send_and_sync::<Value<'_>>();
    send_and_sync::<NewOrKept<Attribute>>();
    // What a world lends out.
    send_and_sync::<PlayerRef<'_>>();
    send_and_sync::<Rows<'_, Player>>();
    send_and_sync::<IterMut<'_, Player>>();
    send_and_sync::<Transaction<'_, Tables>>();
    // What goes from one world to another.
    send_and_sync::<Subscription>();
    send_and_sync::<Changes<'_, Tables>>();
    send_and_sync::<Change<Player>>();
    send_and_sync::<AnyChange<'_>>();
    send_and_sync::<Delta>();
    // What is reported.
    send_and_sync::<FlushReport>();
    send_and_sync::<Generation>();
    send_and_sync::<Ticket>();
    send_and_sync::<SaveScope>();
    send_and_sync::<Error>();
    send_and_sync::<ErrorKind>();
    send_and_sync::<FileError>();
    send_and_sync::<FlushFailure>();
    send_and_sync::<BackendError>();
    send_and_sync::<Outcome>();
    send_and_sync::<Difference>();
    send_and_sync::<Problem>();
    send_and_sync::<ProblemKind>();
    send_and_sync::<CloseError<World>>();
    send_and_sync::<CreateError<Tables>>();
};

/// The same at work: a world is opened by one thread, filled by another, and read by two at once.
#[test]
fn a_database_goes_from_thread_to_thread_and_is_read_by_several() {
    let file = crate::common::TestFile::new();
    let path = file.path();
    let open = move || Database::<World>::open(path).unwrap();
    let mut db = std::thread::spawn(open).join().unwrap();
    let fill = move || {
        let ada = db.insert(crate::common::sample::player(1)).unwrap();
        let _ = db.flush().unwrap();
        (db, ada)
    };
    let (db, ada) = std::thread::spawn(fill).join().unwrap();
    let read = || db.get(ada).unwrap().full_name.clone();
    std::thread::scope(|scope| {
        let readers = [scope.spawn(read), scope.spawn(read)];
        for reader in readers {
            assert_eq!(reader.join().unwrap(), "player 1");
        }
    });
    file.reopen(db);
}
