//! Runs the test vectors in docs/formats/tokens.md.

use exhibit_text::{FORM, KEY, Sound, TokenKind};
use serde_json::{Value, json};

fn tokens_of(text: &str) -> Value {
    let mut tokens = Vec::new();
    exhibit_text::tokens(text, &mut |token| {
        let kind = format!("{:?}", token.kind).to_lowercase();
        tokens.push(json!([token.term, kind, token.position, token.start, token.end]));
    });
    Value::Array(tokens)
}

fn keys_of(text: &str) -> Value {
    let mut keys = Vec::new();
    exhibit_text::index_terms(text, &mut |token| {
        if token.kind == TokenKind::Key {
            keys.push(format!("{} {}", token.term.trim_start_matches(KEY), token.position));
        }
    });
    json!({"text": text, "keys": keys})
}

fn block(name: &str) -> Vec<Value> {
    let page = include_str!("../../../docs/formats/tokens.md");
    let vectors =
        page.split(&format!("```json {name}\n")).nth(1).and_then(|rest| rest.split("```").next());
    let vectors = vectors.expect("the page has vectors").lines();
    vectors.map(|line| serde_json::from_str(line).expect("a line is a vector")).collect()
}

#[test]
fn form_vectors() {
    for vector in block("forms") {
        let mut forms = Vec::new();
        exhibit_text::index_terms(
            vector["text"].as_str().expect("a vector has a text"),
            &mut |token| {
                if token.kind == TokenKind::Form {
                    forms.push(format!(
                        "{} {}",
                        token.term.trim_start_matches(FORM),
                        token.position
                    ));
                }
            },
        );
        assert_eq!(json!(forms), vector["forms"], "{vector}");
    }
}

#[test]
fn query_vectors() {
    for vector in block("queries") {
        let text = |key: &str| vector[key].as_str();
        if let Some(words) = text("spellings") {
            let displayed = |reading: &Vec<Sound>| {
                reading.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
            };
            let readings: Vec<String> =
                exhibit_text::spellings(words).iter().map(displayed).collect();
            assert_eq!(json!(readings), vector["are"], "{vector}");
            continue;
        }
        let variants = match (text("writings"), text("forms")) {
            (Some(text), _) => exhibit_text::number_variants(text),
            (_, Some(word)) => exhibit_text::inflected_forms(word),
            _ => panic!("an unknown vector: {vector}"),
        };
        let wanted: Vec<&str> =
            vector["have"].as_array().expect("a list").iter().filter_map(Value::as_str).collect();
        assert!(
            wanted.iter().all(|other| variants.iter().any(|one| one == other)),
            "{vector}: {variants:?}"
        );
        assert_eq!(wanted.is_empty(), variants.is_empty(), "{vector}: {variants:?}");
    }
}

#[test]
fn key_vectors() {
    let page = include_str!("../../../docs/formats/tokens.md");
    let vectors = page.split("```json beside\n").nth(1).and_then(|rest| rest.split("```").next());
    let mut wrong = Vec::new();
    for line in vectors.expect("the page has vectors").lines() {
        let vector: Value = serde_json::from_str(line).expect("a line is a vector");
        let actual = keys_of(vector["text"].as_str().expect("a vector has a text"));
        if actual != vector {
            wrong.push(actual.to_string());
        }
    }
    assert!(wrong.is_empty(), "the analysis differs:\n{}", wrong.join("\n"));
}

#[test]
fn token_vectors() {
    let page = include_str!("../../../docs/formats/tokens.md");
    let vectors = page.split("```json vectors\n").nth(1).and_then(|rest| rest.split("```").next());
    let vectors = vectors.expect("the page has vectors");
    let mut wrong = Vec::new();
    for line in vectors.lines() {
        let vector: Value = serde_json::from_str(line).expect("a line is a vector");
        let text = vector["text"].as_str().expect("a vector has a text");
        let tokens = tokens_of(text);
        if tokens != vector["tokens"] {
            wrong.push(json!({"text": text, "tokens": tokens}).to_string());
        }
    }
    assert!(vectors.lines().count() >= 20);
    assert!(wrong.is_empty(), "the analysis differs:\n{}", wrong.join("\n"));
}
