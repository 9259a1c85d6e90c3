//! From a request to a question.

use std::str::FromStr;

use crate::feed::Filter;
use crate::question::{Edit, NewValue, Question};
use crate::search::Order;

/// Rows of a page, unless it asks for another number.
const PAGE: usize = 50;

/// A request that is no question: what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BadRequest {
    #[error("nothing is here")]
    NoSuchPath,
    #[error("`{0}` is missing, or is none")]
    Parameter(&'static str),
    #[error("the edit cannot be read: {0}")]
    Body(String),
}

/// The parameters of a request.
struct Parameters(Vec<(String, String)>);

impl Parameters {
    fn of(query: Option<&str>) -> Self {
        let pairs = form_urlencoded::parse(query.unwrap_or_default().as_bytes());
        Self(pairs.into_owned().collect())
    }

    fn text(&self, name: &str) -> Option<&str> {
        let mut pairs = self.0.iter();
        let (_, value) = pairs.find(|(key, _)| key == name)?;
        Some(value)
    }

    fn optional<V: FromStr>(&self, name: &'static str) -> Result<Option<V>, BadRequest> {
        let parse = |text: &str| text.parse().map_err(|_| BadRequest::Parameter(name));
        self.text(name)
            .filter(|text| !text.is_empty())
            .map(parse)
            .transpose()
    }

    fn required<V: FromStr>(&self, name: &'static str) -> Result<V, BadRequest> {
        self.optional(name)?.ok_or(BadRequest::Parameter(name))
    }
}

/// The question of a GET request to `api/`.
pub(crate) fn question(path: &str, query: Option<&str>) -> Result<Question, BadRequest> {
    let parameters = Parameters::of(query);
    let at = || parameters.required("at");
    let table = || parameters.required("table");
    Ok(match path {
        "schema" => Question::Schema,
        "overview" => Question::Overview,
        "rows" => Question::Rows {
            table: table()?,
            query: parameters.text("query").unwrap_or_default().to_owned(),
            order: order(&parameters)?,
            limit: parameters.optional("limit")?.unwrap_or(PAGE).max(1),
        },
        "row" => Question::Row {
            table: table()?,
            at: at()?,
        },
        "naming" => Question::Naming {
            table: table()?,
            at: at()?,
            incoming: parameters.required("incoming")?,
            from: parameters.optional("from")?.unwrap_or(i64::MIN),
        },
        "removal" => Question::Removal {
            table: table()?,
            at: at()?,
        },
        "owners" => Question::Owners {
            table: table()?,
            at: at()?,
        },
        "continue" => Question::Continue {
            job: parameters.required("job")?,
        },
        "dirty" => Question::Dirty {
            table: parameters.optional("table")?,
        },
        "feed" => Question::Feed {
            filter: Filter {
                table: parameters.optional("table")?,
                id: parameters.optional("id")?,
            },
            watch: parameters.optional("watch")?,
            since: parameters.optional("since")?.unwrap_or(0),
        },
        "plots" => Question::Plots {
            since: parameters.optional("since")?.unwrap_or(-1.0),
        },
        _ => return Err(BadRequest::NoSuchPath),
    })
}

/// `sort` is a column's position, or `id`; without it rows come by place.
fn order(parameters: &Parameters) -> Result<Order, BadRequest> {
    let column = match parameters.text("sort").filter(|sort| !sort.is_empty()) {
        None => {
            return Ok(Order::Place(
                parameters.optional("from")?.unwrap_or(i64::MIN),
            ));
        }
        Some("id") => None,
        Some(_) => Some(parameters.required("sort")?),
    };
    Ok(Order::Column {
        column,
        is_descending: parameters
            .text("descending")
            .is_some_and(|text| text == "1"),
        skip: parameters.optional("skip")?.unwrap_or(0),
    })
}

/// The edit in the body of a POST request.
pub(crate) fn edit(body: &[u8]) -> Result<Question, BadRequest> {
    #[derive(serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Body {
        table: usize,
        at: String,
        column: usize,
        value: Typed,
    }
    #[derive(serde::Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Typed {
        Null(bool),
        Integer(String),
        Real(String),
        Text(String),
    }
    let body: Body =
        serde_json::from_slice(body).map_err(|error| BadRequest::Body(error.to_string()))?;
    let value = match body.value {
        Typed::Null(true) => NewValue::Null,
        Typed::Null(false) => return Err(BadRequest::Body("`null` is `true`".into())),
        Typed::Integer(text) => {
            let integer = text.trim().parse();
            NewValue::Integer(
                integer.map_err(|_| BadRequest::Body(format!("`{text}` is no integer")))?,
            )
        }
        Typed::Real(text) => {
            let real = text.trim().parse();
            NewValue::Real(real.map_err(|_| BadRequest::Body(format!("`{text}` is no number")))?)
        }
        Typed::Text(text) => NewValue::Text(text),
    };
    Ok(Question::Edit(Edit {
        table: body.table,
        at: body.at.parse().map_err(|_| BadRequest::Parameter("at"))?,
        column: body.column,
        value,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_become_questions() {
        let asked = question(
            "rows",
            Some("table=3&query=name~%22a%20b%22+x%3D1&limit=10"),
        );
        assert_eq!(
            asked,
            Ok(Question::Rows {
                table: 3,
                query: "name~\"a b\" x=1".into(),
                order: Order::Place(i64::MIN),
                limit: 10,
            })
        );
        let sorted = question("rows", Some("table=0&sort=2&descending=1&skip=100"));
        let Ok(Question::Rows { order, limit, .. }) = sorted else {
            panic!("{sorted:?}")
        };
        let by_column = Order::Column {
            column: Some(2),
            is_descending: true,
            skip: 100,
        };
        assert_eq!((order, limit), (by_column, PAGE));
        let row = question("row", Some("table=1&at=-9223372036854775808"));
        assert_eq!(
            row,
            Ok(Question::Row {
                table: 1,
                at: i64::MIN
            })
        );
    }

    #[test]
    fn nonsense_is_named() {
        for (path, query, wanted) in [
            ("row", "table=1", "at"),
            ("row", "at=1", "table"),
            ("row", "table=-1&at=1", "table"),
            ("row", "table=1&at=9223372036854775808", "at"),
            ("rows", "table=x", "table"),
            ("rows", "table=1&limit=-1", "limit"),
            ("rows", "table=1&sort=name", "sort"),
            ("rows", "table=1&from=1.5", "from"),
            ("continue", "", "job"),
            ("feed", "since=%00", "since"),
        ] {
            assert_eq!(
                question(path, Some(query)),
                Err(BadRequest::Parameter(wanted)),
                "{path}?{query}"
            );
        }
        for path in ["", "rows/", "../rows", "edit", "Schema"] {
            assert_eq!(question(path, None), Err(BadRequest::NoSuchPath), "{path}");
        }
    }

    #[test]
    fn edits_are_typed() {
        let read = |value: &str| {
            let body = format!(r#"{{"table":1,"at":"7","column":2,"value":{value}}}"#);
            edit(body.as_bytes()).map(|question| match question {
                Question::Edit(edit) => edit.value,
                other => panic!("{other:?}"),
            })
        };
        assert_eq!(read(r#"{"null":true}"#), Ok(NewValue::Null));
        let large = read(r#"{"integer":"9223372036854775807"}"#);
        assert_eq!(large, Ok(NewValue::Integer(i64::MAX)));
        assert_eq!(read(r#"{"real":"1.5"}"#), Ok(NewValue::Real(1.5)));
        assert_eq!(read(r#"{"text":"<b>"}"#), Ok(NewValue::Text("<b>".into())));
        for nonsense in [
            "1",
            "null",
            "{}",
            r#"{"integer":"1.5"}"#,
            r#"{"real":"x"}"#,
            r#"{"blob":""}"#,
        ] {
            assert!(read(nonsense).is_err(), "{nonsense}");
        }
        assert!(edit(b"").is_err());
        assert!(edit(br#"{"table":1,"at":7,"column":2,"value":{"null":true}}"#).is_err());
        assert!(edit(&[b'['; 100_000]).is_err());
    }
}
