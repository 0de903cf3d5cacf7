//! The JSON that others build on, checked against the schemas in `docs/user/json`.

use crate::bench::Bench;
use serde_json::Value;
use std::path::Path;

/// Holds a value against the part of JSON Schema that ours use; says the first place that differs.
fn check(schema: &Value, value: &Value, place: &str) -> Result<(), String> {
    if let Some(constant) = schema.get("const") {
        return if constant == value {
            Ok(())
        } else {
            Err(format!("{place} is {value}, not {constant}"))
        };
    }
    if let Some(choices) = schema.get("enum").and_then(Value::as_array)
        && !choices.contains(value)
    {
        return Err(format!("{place} is {value}, none of {choices:?}"));
    }
    let types = match &schema["type"] {
        Value::String(one) => vec![one.as_str()],
        Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let is = |name: &str| match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_u64() || value.is_i64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        _ => false,
    };
    if !types.is_empty() && !types.iter().any(|name| is(name)) {
        return Err(format!("{place} is {value}, not of type {types:?}"));
    }
    if let Some(object) = value.as_object() {
        for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            if !object.contains_key(name) {
                return Err(format!("{place} lacks {name}"));
            }
        }
        let known = schema["properties"].as_object();
        for (name, inner) in object {
            match (known.and_then(|known| known.get(name)), &schema["additionalProperties"]) {
                (Some(inner_schema), _) => check(inner_schema, inner, &format!("{place}.{name}"))?,
                (None, Value::Bool(false)) => {
                    return Err(format!("{place} has {name}, which the schema does not know"));
                }
                (None, Value::Object(_)) => {
                    check(&schema["additionalProperties"], inner, &format!("{place}.{name}"))?;
                }
                (None, _) => {}
            }
        }
    }
    if let Some(array) = value.as_array() {
        for (index, inner) in array.iter().enumerate() {
            check(&schema["items"], inner, &format!("{place}[{index}]"))?;
        }
    }
    Ok(())
}

fn schema(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join(format!("../../docs/user/json/{name}.schema.json"));
    let text = std::fs::read_to_string(&path).expect("the schema");
    serde_json::from_str(&text).expect("JSON")
}

#[test]
fn what_is_printed_is_what_the_schemas_say() {
    let bench = Bench::new();
    bench.write("trove/a.txt", "所有进出人员须由值班员逐一登\n记。");
    bench.write("trove/copy.txt", "所有进出人员须由值班员逐一登\n记。");
    bench.write("trove/thing.bin", [0_u8, 1, 2, 3]);
    let _ = bench.take_in();
    bench.write("names.txt", "登记\n无此人\n");
    let _ = bench.run(&["-C", "case", "batch", "new", "names.txt"]).code(0);
    let _ = bench.run(&["-C", "case", "batch", "run", "1"]).code(0);
    let _ = bench.run(&["-C", "case", "search", "登记", "--save", "first"]).code(0);
    let _ = bench.run(&["-C", "case", "tag", "add", "checked", "1"]).code(0);
    bench.write("trove/b.txt", "所有进出人员登记表 copper seventeen");
    bench.write("trove/c.txt", "登记 copper seventeen");
    bench.write("trove/d.txt", "no such thing");
    let _ = bench.take_in();
    let _ = bench
        .run(&["-C", "case", "log", "anchor", "request", "--sigsum", "public", "-o", "ask"])
        .code(0);
    for (name, arguments, at_least) in [
        ("anchor", &["log", "anchor", "ls", "--json"][..], 1),
        ("status", &["status", "--json"], 1),
        ("item", &["ls", "--json"], 3),
        ("hit", &["search", "--json", "登记"], 1),
        ("hit", &["search", "--json", "--by-document", "登记"], 1),
        ("facet", &["search", "--json", "--facets", "登记 type:text"], 4),
        ("word", &["search", "--json", "--words", "copper"], 1),
        ("similar", &["similar", "--json", "1"], 1),
        ("searched", &["history", "ls", "--json"], 2),
        ("tag", &["tag", "ls", "--json"], 1),
        ("batch", &["batch", "ls", "--json"], 1),
        ("batch-line", &["batch", "export", "1", "--format", "ndjson"], 2),
        ("saved", &["saved", "ls", "--json"], 1),
        ("problem", &["problem", "ls", "--json"], 1),
        ("document", &["show", "--json", "1"], 1),
        ("verification", &["verify", "--json", "--no-log"], 1),
        ("log-check", &["log", "check", "--json"], 1),
        ("check", &["doctor", "--json"], 5),
    ] {
        let mut whole = vec!["-C", "case"];
        whole.extend(arguments);
        let objects = bench.run(&whole).objects();
        assert!(objects.len() >= at_least, "{name}");
        for object in objects {
            // after what was found comes what was not searched
            let name = if object["kind"] == "coverage" { "coverage" } else { name };
            check(&schema(name), &object, name).unwrap_or_else(|wrong| panic!("{wrong}"));
        }
    }
}

#[test]
fn offsets_count_characters_of_the_exact_text() {
    let bench = Bench::new();
    bench.write("trove/a.txt", "所有进出人员须由值班员逐一登\n记。");
    let _ = bench.take_in().code(0);
    let hit = bench.run(&["-C", "case", "search", "--json", "登記"]).code(0).objects().remove(0);
    let text: Vec<char> = bench
        .run(&["-C", "case", "cat", "1", "--text", "--page", "1"])
        .code(0)
        .stdout
        .chars()
        .collect();
    let offset = |index: usize| {
        usize::try_from(hit["offsets"][0][index].as_u64().expect("a number")).expect("small")
    };
    assert_eq!(text[offset(0)..offset(1)].iter().collect::<String>(), "登\n记");
}

#[test]
fn a_schema_refuses_what_it_must() {
    let item = schema("item");
    assert!(check(&item, &serde_json::json!({"v": 1, "kind": "item"}), "item").is_err());
    assert!(check(&item, &serde_json::json!([]), "item").is_err());
}
