use gamedb::Database;
use gamedb_models::World;

fn flush(db: &mut Database<World>) {
    let transaction = db.begin();
    db.flush();
    transaction.commit();
}

fn main() {}
