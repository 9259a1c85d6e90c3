//! Shared by the test crates: a world, a game that runs until a client is done, and a client without any
//! manners of a browser.
#![allow(
    dead_code,
    clippy::unwrap_used,
    missing_docs,
    reason = "each test crate uses a part of it, and a test may unwrap"
)]

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::mpsc;
use std::time::Duration;

use gamedb::Database;
use gamedb_inspect::{Inspected, Inspector, Settings};
use gamedb_models::{
    Attribute, AttributeValue, Inventory, InventoryEntry, Item, Mobile, Player, World, catalogue,
};
use serde_json::Value as Json;

/// A world file in a folder that is removed at the end.
pub(crate) struct Sample {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) db: Database<World>,
}

/// What must not become HTML.
pub(crate) const HOSTILE: &str =
    "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>";

/// Players with mobiles, attributes and bags with entries, and the items of the game; all of it flushed.
pub(crate) fn sample(n_players: i64) -> Sample {
    let folder = tempfile::tempdir().unwrap();
    let mut db = Database::<World>::open(folder.path().join("world.db")).unwrap();
    catalogue::seed(&mut db).unwrap();
    let items: Vec<_> = db.iter::<Item>().map(|(key, _)| key).collect();
    for n in 0..n_players {
        let player = db
            .insert(Player {
                full_name: format!("Player {n}"),
                what_we_call_you: if n == 1 {
                    HOSTILE.into()
                } else {
                    format!("p{}", n % 7)
                },
                email: format!("{n}@example.com"),
                year_of_birth: 1950 + (n * 37) % 60,
                over_13: n % 3 != 0,
                ..Player::default()
            })
            .unwrap();
        let mobile = db
            .insert(Mobile {
                owner: Some(player.into()),
                ..Mobile::default()
            })
            .unwrap();
        let pet = db
            .insert(Mobile {
                owner: Some(mobile.into()),
                ..Mobile::default()
            })
            .unwrap();
        for (owner, of) in [(mobile, 3), (pet, 1)] {
            for k in 0..of {
                #[allow(clippy::cast_precision_loss, reason = "small numbers")]
                let value = AttributeValue::Double((n * 7 % 11) as f64 + f64::from(k) / 2.0);
                let attribute = Attribute {
                    internal_name: format!("a{k}").into(),
                    value,
                    ..Attribute::default()
                };
                db.get_mut(owner).unwrap().add_attribute(attribute).unwrap();
            }
        }
        let bag = Inventory {
            max_entries: 10,
            ..Inventory::default()
        };
        let bag = db.get_mut(mobile).unwrap().add_inventory(bag).unwrap();
        for k in 0..n % 4 {
            let item = items[usize::try_from(n + k).unwrap() % items.len()];
            let entry = InventoryEntry {
                inventory: bag,
                item,
                ..InventoryEntry::default()
            };
            db.insert(entry).unwrap();
        }
    }
    db.flush().unwrap();
    Sample { folder, db }
}

/// Where the page is: what a client needs to know.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    pub(crate) address: SocketAddr,
    pub(crate) path: String,
}

impl Page {
    pub(crate) fn of(inspector: &Inspector) -> Self {
        let url = inspector.url();
        let address = inspector.address();
        let path = url
            .strip_prefix(&format!("http://{address}"))
            .unwrap()
            .to_owned();
        Self { address, path }
    }

    /// Asks a question of the page, and expects an answer.
    pub(crate) fn ask(&self, question: &str) -> Json {
        let response = self.get(&format!("api/{question}"));
        assert_eq!(response.status, 200, "{question}: {}", response.body);
        serde_json::from_str(&response.body).unwrap()
    }

    /// The same for a question that takes many ticks: the last part, and the number of parts.
    pub(crate) fn ask_to_the_end(&self, question: &str) -> (Json, usize) {
        let mut answer = self.ask(question);
        let mut n_parts = 1;
        while let Some(job) = answer.get("job") {
            answer = self.ask(&format!("continue?job={job}"));
            n_parts += 1;
        }
        (answer, n_parts)
    }

    /// Asks a question that has to be refused: the status, and what the page says.
    pub(crate) fn refusal(&self, question: &str) -> (u16, String) {
        let response = self.get(&format!("api/{question}"));
        assert_ne!(response.status, 200, "{question}: {}", response.body);
        (response.status, response.error())
    }

    pub(crate) fn get(&self, path: &str) -> Response {
        let path = format!("{}{path}", self.path);
        self.send(&format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
            self.address
        ))
    }

    pub(crate) fn post(&self, path: &str, headers: &str, body: &str) -> Response {
        let (path, address) = (format!("{}{path}", self.path), self.address);
        let length = body.len();
        self.send(&format!(
            "POST {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n{body}"
        ))
    }

    /// Sends these bytes, and reads until the connection is closed.
    pub(crate) fn send(&self, request: &str) -> Response {
        let mut stream = self.connect();
        // The server may refuse before it has read everything.
        let _ = stream.write_all(request.as_bytes());
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        Response::parse(&String::from_utf8(answer).unwrap())
    }

    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(30)))
            .unwrap();
        stream
    }
}

#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Response {
    /// Status 0: the connection was closed without an answer.
    fn parse(text: &str) -> Self {
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((text, ""));
        let status = head
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok());
        Self {
            status: status.unwrap_or(0),
            head: head.to_ascii_lowercase(),
            body: body.to_owned(),
        }
    }

    pub(crate) fn error(&self) -> String {
        let json: Json = serde_json::from_str(&self.body).unwrap();
        json["error"].as_str().unwrap().to_owned()
    }
}

/// A game that ticks until the client is done.
pub(crate) fn play<R: Send>(
    db: &mut Database<World>,
    settings: Settings,
    budget: Duration,
    mut tick: impl FnMut(&mut Database<World>),
    client: impl FnOnce(&Page) -> R + Send,
) -> R {
    let inspector = settings.bind("127.0.0.1:0").unwrap();
    let page = Page::of(&inspector);
    std::thread::scope(|scope| {
        let client = scope.spawn(|| client(&page));
        while !client.is_finished() {
            tick(db);
            inspector.answer_mut(db, budget);
            std::thread::sleep(Duration::from_micros(200));
        }
        client.join().unwrap()
    })
}

/// A world that only answers.
pub(crate) fn show<R: Send>(world: &impl Inspected, client: impl FnOnce(&Page) -> R + Send) -> R {
    let inspector = Inspector::bind("127.0.0.1:0").unwrap();
    let page = Page::of(&inspector);
    std::thread::scope(|scope| {
        let client = scope.spawn(|| client(&page));
        while !client.is_finished() {
            inspector.answer(world, Duration::from_millis(1));
            std::thread::sleep(Duration::from_micros(200));
        }
        client.join().unwrap()
    })
}

/// Position of a table in the schema.
pub(crate) fn table(page: &Page, name: &str) -> usize {
    let schema = page.ask("schema");
    let tables = schema["tables"].as_array().unwrap();
    tables
        .iter()
        .position(|table| table["name"] == name)
        .unwrap()
}

/// A question with a text that has to be encoded.
pub(crate) fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// The place of the first attribute that a row owns.
pub(crate) fn first_attribute(row: &Json, attributes: usize) -> String {
    let groups = row["naming"].as_array().unwrap().iter();
    let mut rows = groups.map(|group| &group["rows"][0]["place"]);
    let place = rows.find(|place| place["table"] == attributes).unwrap();
    place["at"].as_str().unwrap().to_owned()
}

pub(crate) type Step = Box<dyn FnOnce(&mut Database<World>) + Send>;

/// A game that does what the client says, one thing in each tick; the client waits until it is done.
pub(crate) fn directed(
    sample: &mut Sample,
    settings: Settings,
    client: impl FnOnce(&Page, &dyn Fn(Step)) + Send,
) {
    let (steps, to_do) = mpsc::channel::<(Step, mpsc::Sender<()>)>();
    play(
        &mut sample.db,
        settings,
        Duration::from_millis(1),
        |db| {
            if let Ok((step, done)) = to_do.try_recv() {
                step(db);
                // The changes of this tick are read by `answer_mut`, after this; two ticks later they are there.
                done.send(()).unwrap();
            }
        },
        move |page| {
            client(page, &|step| {
                let (done, is_done) = mpsc::channel();
                steps.send((step, done)).unwrap();
                is_done.recv().unwrap();
                page.ask("overview");
            });
        },
    );
}
