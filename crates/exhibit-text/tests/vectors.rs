//! The vectors of docs/formats/tokens.md, run as they stand there.

use exhibit_text::{FORM, KEY, Sound, TokenKind};
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

fn block(name: &str) -> Vec<Value> {
    let page = include_str!("../../../docs/formats/tokens.md");
    let vectors = page.split(&format!("```json {name}\n")).nth(1).and_then(|rest| rest.split("```").next());
    let vectors = vectors.expect("the page has vectors").lines();
    vectors.map(|line| serde_json::from_str(line).expect("a line is a vector")).collect()
}

#[test]
fn the_published_forms_hold() {
    for vector in block("forms") {
        let mut forms = Vec::new();
        exhibit_text::searchable(vector["text"].as_str().expect("a vector has a text"), &mut |token| {
            if token.kind == TokenKind::Form {
                forms.push(format!("{} {}", token.term.trim_start_matches(FORM), token.position));
            }
        });
        assert_eq!(json!(forms), vector["forms"], "{vector}");
    }
}

#[test]
fn the_published_queries_hold() {
    for vector in block("queries") {
        let text = |key: &str| vector[key].as_str();
        if let Some(words) = text("spellings") {
            let shown = |way: &Vec<Sound>| way.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
            let ways: Vec<String> = exhibit_text::spellings(words).iter().map(shown).collect();
            assert_eq!(json!(ways), vector["are"], "{vector}");
            continue;
        }
        let said = match (text("writings"), text("forms")) {
            (Some(text), _) => exhibit_text::writings(text),
            (_, Some(word)) => exhibit_text::forms(word),
            _ => panic!("an unknown vector: {vector}"),
        };
        let wanted: Vec<&str> = vector["have"].as_array().expect("a list").iter().filter_map(Value::as_str).collect();
        assert!(wanted.iter().all(|other| said.iter().any(|one| one == other)), "{vector}: {said:?}");
        assert_eq!(wanted.is_empty(), said.is_empty(), "{vector}: {said:?}");
    }
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
