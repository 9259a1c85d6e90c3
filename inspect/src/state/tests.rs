use gamedb::Value;

use super::*;
use crate::question::NewValue;
use crate::search::tests::Sample;

type Replied = oneshot::Receiver<Result<Answer, Refusal>>;

/// Asks for an edit.
fn edit(questions: &std::sync::mpsc::Sender<Asked>) -> Replied {
    let (reply, replied) = oneshot::channel();
    let question = Question::Edit(Edit {
        table: 0,
        at: 0,
        column: 0,
        value: NewValue::Text("x".repeat(200_000)),
    });
    let asked = questions.send(Asked { question, reply });
    asked.expect("the state is there");
    replied
}

#[test]
fn edits_that_nobody_waits_for_any_more_are_dropped() {
    let world = Sample(vec![Value::Text("a")]);
    let (questions, asked) = std::sync::mpsc::channel();
    let mut state = State::new(asked, &Settings::new().allow_edits());
    // This program has called `answer_mut` once, and never does it again.
    state.feed.follow();
    for _ in 0..10 {
        let replied = edit(&questions);
        state.answer(&world, Duration::ZERO);
        assert_eq!(state.edits.len(), 1);
        drop(replied);
    }
    state.answer(&world, Duration::ZERO);
    assert_eq!(state.edits.len(), 0);
}

#[test]
fn edits_without_answer_mut_are_refused_at_once() {
    let world = Sample(vec![Value::Text("a")]);
    let (questions, asked) = std::sync::mpsc::channel();
    let mut state = State::new(asked, &Settings::new().allow_edits());
    let mut replied = edit(&questions);
    state.answer(&world, Duration::ZERO);
    let refused = replied.try_recv().expect("a reply").expect_err("a refusal");
    assert_eq!(refused, Refusal::NotMut);
    assert!(
        refused.to_string().contains("Inspector::answer_mut"),
        "{refused}"
    );
    assert_eq!(state.edits.len(), 0);
}
