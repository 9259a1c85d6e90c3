//! What clients can ask for.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use gamedb::{Error, ErrorKind};
use serde::{Deserialize, Serialize};

use crate::handle::{Handle, NoAnswer};
use crate::models::Player;

#[derive(Deserialize)]
struct NewPlayer {
    name: String,
}

#[derive(Serialize)]
struct ShownPlayer {
    id: i64,
    name: String,
    gold: i64,
}

#[derive(Deserialize)]
struct Gift {
    from: String,
    to: String,
    gold: i64,
}

type Refusal = (StatusCode, String);

/// The routes of the server.
pub fn routes(handle: Handle) -> Router {
    Router::new()
        .route("/players", post(create))
        .route("/players/{name}", get(show))
        .route("/gifts", post(give))
        .with_state(handle)
}

async fn show(
    State(game): State<Handle>,
    Path(name): Path<String>,
) -> Result<Json<ShownPlayer>, Refusal> {
    let found = game.ask(move |db| {
        let player = Player::find_by_name(db, &name)?;
        Some(ShownPlayer {
            id: player.id().get(),
            name: player.name.clone(),
            gold: player.gold,
        })
    });
    let player = found.await.map_err(no_answer)?;
    player.map(Json).ok_or_else(no_player)
}

/// An account is in the file, power cut or not, before the client hears of it.
async fn create(
    State(game): State<Handle>,
    Json(new): Json<NewPlayer>,
) -> Result<(StatusCode, Json<i64>), Refusal> {
    let created = game.ask(move |db| {
        let player = db.insert(Player {
            name: new.name,
            ..Player::default()
        })?;
        db.flush_durable()?;
        db.id(player)
    });
    let id = created.await.map_err(no_answer)?.map_err(refused)?;
    Ok((StatusCode::CREATED, Json(id.get())))
}

/// Both accounts change, or none.
async fn give(State(game): State<Handle>, Json(gift): Json<Gift>) -> Result<StatusCode, Refusal> {
    if gift.gold <= 0 {
        let refusal = "a gift is more than nothing".to_owned();
        return Err((StatusCode::UNPROCESSABLE_ENTITY, refusal));
    }
    let given = game.ask(move |db| {
        let key = |name: &str| Player::find_by_name(db, name).map(|player| player.key());
        let (from, to) = (key(&gift.from)?, key(&gift.to)?);
        Some(db.transaction(|world| {
            let left = world.get(from)?.gold.saturating_sub(gift.gold);
            world.get_mut(from)?.set_gold(left)?;
            let sum = world.get(to)?.gold.saturating_add(gift.gold);
            world.get_mut(to)?.set_gold(sum)
        }))
    });
    let given = given.await.map_err(no_answer)?.ok_or_else(no_player)?;
    given.map_err(refused)?;
    Ok(StatusCode::NO_CONTENT)
}

fn no_player() -> Refusal {
    (StatusCode::NOT_FOUND, "there is no such player".to_owned())
}

fn no_answer(_: NoAnswer) -> Refusal {
    let message = "the game does not answer".to_owned();
    (StatusCode::SERVICE_UNAVAILABLE, message)
}

/// What the schema forbids is the client's mistake; that the disk fails is not.
fn refused(error: Error) -> Refusal {
    let code = match error.kind() {
        ErrorKind::File(_) => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::CONFLICT,
    };
    (code, error.to_string())
}
