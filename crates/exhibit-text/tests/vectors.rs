//! The vectors of docs/formats/tokens.md, run as they stand there.

use exhibit_text::{KEY, TokenKind};
use serde_json::{Value, json};

fn said(text: &str) -> Value {
    let mut tokens = Vec::new();
    exhibit_text::tokens(text, &mut |token| {
        let kind = format!("{:?}", token.kind).to_lowercase();
        tokens.push(json!([token.term, kind, token.position, token.start, token.end]));
    });
    Value::Array(tokens)
}

fn beside(text: &str) -> Value {
    let mut keys = Vec::new();
    exhibit_text::searchable(text, &mut |token| {
        if token.kind == TokenKind::Key {
            keys.push(format!("{} {}", token.term.trim_start_matches(KEY), token.position));
        }
    });
    json!({"text": text, "keys": keys})
}

#[test]
fn the_published_keys_hold() {
    let page = include_str!("../../../docs/formats/tokens.md");
    let vectors = page.split("```json beside\n").nth(1).and_then(|rest| rest.split("```").next());
    let mut wrong = Vec::new();
    for line in vectors.expect("the page has vectors").lines() {
        let vector: Value = serde_json::from_str(line).expect("a line is a vector");
        let said = beside(vector["text"].as_str().expect("a vector has a text"));
        if said != vector {
            wrong.push(said.to_string());
        }
    }
    assert!(wrong.is_empty(), "the analysis says otherwise:\n{}", wrong.join("\n"));
}

#[test]
fn the_published_vectors_hold() {
    let page = include_str!("../../../docs/formats/tokens.md");
    let vectors = page.split("```json vectors\n").nth(1).and_then(|rest| rest.split("```").next());
    let vectors = vectors.expect("the page has vectors");
    let mut wrong = Vec::new();
    for line in vectors.lines() {
        let vector: Value = serde_json::from_str(line).expect("a line is a vector");
        let text = vector["text"].as_str().expect("a vector has a text");
        let tokens = said(text);
        if tokens != vector["tokens"] {
            wrong.push(json!({"text": text, "tokens": tokens}).to_string());
        }
    }
    assert!(vectors.lines().count() >= 20);
    assert!(wrong.is_empty(), "the analysis says otherwise:\n{}", wrong.join("\n"));
}
