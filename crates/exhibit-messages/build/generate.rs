//! Checks Fluent files of several languages and generates Rust from the English ones. Pure functions, tested by `tests/it`.
//!
//! Only the part of Fluent that the texts need is accepted: text, variables, selectors and `NUMBER`. Attributes, terms and
//! references to other messages are refused, so that the arguments of a message are exactly those that its text names.

use fluent_syntax::ast::{
    CallArguments, Entry, Expression, InlineExpression, Message, Pattern, PatternElement, Resource,
    Variant, VariantKey,
};
use fluent_syntax::{parser, serializer};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// A language of the texts.
pub(crate) struct Language {
    /// Its folder in `texts/` (a BCP 47 tag).
    pub(crate) tag: &'static str,
    /// Its variant in `exhibit_messages::Language`.
    variant: &'static str,
    /// The plural categories of whole numbers in it (CLDR).
    plurals: &'static [&'static str],
    /// Rooms that must have every message; in other rooms a missing message is shown in English.
    complete: &'static [&'static str],
}

/// All languages, English first.
pub(crate) const LANGUAGES: &[Language] = &[
    Language { tag: "en", variant: "English", plurals: &["one", "other"], complete: &[] },
    Language {
        tag: "zh-Hans",
        variant: "SimplifiedChinese",
        plurals: &["other"],
        complete: &["verify"],
    },
    Language { tag: "ug", variant: "Uyghur", plurals: &["one", "other"], complete: &["verify"] },
];

/// The plural categories of CLDR.
const CATEGORIES: &[&str] = &["zero", "one", "two", "few", "many", "other"];

/// Named options that `NUMBER` accepts here.
const NUMBER_OPTIONS: &[&str] = &["type", "useGrouping"];

/// Words that cannot name a Rust function or parameter.
const KEYWORDS: &[&str] = &[
    "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let",
    "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return",
    "self", "static", "struct", "super", "trait", "true", "try", "type", "typeof", "unsafe",
    "unsized", "use", "virtual", "where", "while", "yield",
];

/// One file of texts.
pub(crate) struct File {
    /// The tag of its language.
    pub(crate) language: &'static str,
    /// Its room: the file's name without the extension.
    pub(crate) room: String,
    /// Its contents.
    pub(crate) text: String,
    /// Where it is, for error messages and `include_str!`.
    pub(crate) path: String,
}

/// What an argument is used as.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Use {
    /// Inserted as it is.
    Any,
    /// A plural selector or an argument of `NUMBER`.
    Number,
    /// A selector among words.
    Text,
}

/// The arguments of a message by name.
type Arguments = BTreeMap<String, Use>;

/// A message of a room: its source, and its arguments.
struct Parsed {
    source: String,
    arguments: Arguments,
}

/// The messages of one file by id.
type Messages = BTreeMap<String, Parsed>;

/// Checks all files and returns the generated Rust code.
///
/// # Errors
/// Every finding, one per line.
pub(crate) fn generate(files: &[File]) -> Result<String, Vec<String>> {
    let mut findings = Vec::new();
    let mut rooms: BTreeMap<&str, (&File, Messages)> = BTreeMap::new();
    for file in files.iter().filter(|file| file.language == "en") {
        rooms.insert(&file.room, (file, parse(file, &mut findings)));
    }
    for (file, messages) in rooms.values() {
        check_names(file, messages, &mut findings);
    }
    for file in files.iter().filter(|file| file.language != "en") {
        let translated = parse(file, &mut findings);
        match rooms.get(file.room.as_str()) {
            Some((_, english)) => compare(file, english, &translated, &mut findings),
            None => findings.push(format!("{}: English has no file of this name", file.path)),
        }
    }
    for language in LANGUAGES {
        for room in language.complete {
            if rooms.contains_key(room)
                && !files.iter().any(|file| file.language == language.tag && file.room == *room)
            {
                findings.push(format!("texts/{}/{room}.ftl is missing", language.tag));
            }
        }
    }
    if findings.is_empty() { Ok(code(&rooms, files)) } else { Err(findings) }
}

fn parse(file: &File, findings: &mut Vec<String>) -> Messages {
    let resource = match parser::parse(file.text.as_str()) {
        Ok(resource) => resource,
        Err((resource, errors)) => {
            for error in errors {
                let line =
                    file.text[..error.pos.start.min(file.text.len())].matches('\n').count() + 1;
                findings.push(format!("{}:{line}: {error}", file.path));
            }
            resource
        }
    };
    let mut messages = Messages::new();
    for entry in resource.body {
        match entry {
            Entry::Message(message) => {
                let id = message.id.name.to_owned();
                match parse_message(file.language, message) {
                    Ok(parsed) => {
                        if messages.insert(id.clone(), parsed).is_some() {
                            findings.push(format!("{}: {id}: defined twice", file.path));
                        }
                    }
                    Err(reason) => findings.push(format!("{}: {id}: {reason}", file.path)),
                }
            }
            Entry::Term(term) => {
                findings.push(format!("{}: -{}: terms are not used here", file.path, term.id.name))
            }
            // junk was reported as a parse error
            Entry::Comment(_)
            | Entry::GroupComment(_)
            | Entry::ResourceComment(_)
            | Entry::Junk { .. } => {}
        }
    }
    messages
}

fn parse_message(language: &str, message: Message<&str>) -> Result<Parsed, String> {
    if !message.attributes.is_empty() {
        return Err("attributes are not used here".to_owned());
    }
    let Some(pattern) = &message.value else { return Err("it has no text".to_owned()) };
    let mut arguments = Arguments::new();
    walk_pattern(language, pattern, &mut arguments)?;
    let alone = Message { comment: None, ..message };
    let source = serializer::serialize(&Resource { body: vec![Entry::Message(alone)] });
    Ok(Parsed { source, arguments })
}

fn walk_pattern(
    language: &str,
    pattern: &Pattern<&str>,
    arguments: &mut Arguments,
) -> Result<(), String> {
    for element in &pattern.elements {
        if let PatternElement::Placeable { expression } = element {
            walk_expression(language, expression, arguments)?;
        }
    }
    Ok(())
}

fn walk_expression(
    language: &str,
    expression: &Expression<&str>,
    arguments: &mut Arguments,
) -> Result<(), String> {
    match expression {
        Expression::Inline(inline) => walk_inline(language, inline, arguments),
        Expression::Select { selector, variants } => {
            let kind = selects(language, variants)?;
            match selector {
                InlineExpression::VariableReference { id } => note(arguments, id.name, kind)?,
                InlineExpression::FunctionReference { .. } if kind == Use::Number => {
                    walk_inline(language, selector, arguments)?;
                }
                _ => {
                    return Err("a selector is a variable, or NUMBER of one with plural variants"
                        .to_owned());
                }
            }
            variants
                .iter()
                .try_for_each(|variant| walk_pattern(language, &variant.value, arguments))
        }
    }
}

/// Whether variants select by number or by word.
fn selects(language: &str, variants: &[Variant<&str>]) -> Result<Use, String> {
    let is_number = |key: &VariantKey<&str>| match key {
        VariantKey::Identifier { name } => CATEGORIES.contains(name),
        VariantKey::NumberLiteral { .. } => true,
    };
    if !variants.iter().all(|variant| is_number(&variant.key)) {
        return Ok(Use::Text);
    }
    let known = LANGUAGES
        .iter()
        .find(|known| known.tag == language)
        .map_or(CATEGORIES, |known| known.plurals);
    for variant in variants {
        if let VariantKey::Identifier { name } = variant.key
            && !known.contains(&name)
        {
            return Err(format!("`{language}` has no plural category [{name}]"));
        }
    }
    Ok(Use::Number)
}

fn walk_inline(
    language: &str,
    inline: &InlineExpression<&str>,
    arguments: &mut Arguments,
) -> Result<(), String> {
    match inline {
        InlineExpression::StringLiteral { .. } | InlineExpression::NumberLiteral { .. } => Ok(()),
        InlineExpression::VariableReference { id } => note(arguments, id.name, Use::Any),
        InlineExpression::Placeable { expression } => {
            walk_expression(language, expression, arguments)
        }
        InlineExpression::FunctionReference { id, arguments: call } if id.name == "NUMBER" => {
            note(arguments, number_of(call)?, Use::Number)
        }
        InlineExpression::FunctionReference { id, .. } => {
            Err(format!("there is no function {}", id.name))
        }
        InlineExpression::MessageReference { id, .. } => {
            Err(format!("references are not used here: {}", id.name))
        }
        InlineExpression::TermReference { id, .. } => {
            Err(format!("terms are not used here: -{}", id.name))
        }
    }
}

/// The variable that `NUMBER` is called with.
fn number_of<'a>(call: &CallArguments<&'a str>) -> Result<&'a str, String> {
    if let Some(unknown) =
        call.named.iter().find(|argument| !NUMBER_OPTIONS.contains(&argument.name.name))
    {
        return Err(format!("NUMBER has no option {} here", unknown.name.name));
    }
    match call.positional.as_slice() {
        [InlineExpression::VariableReference { id }] => Ok(id.name),
        _ => Err("NUMBER takes one variable".to_owned()),
    }
}

fn note(arguments: &mut Arguments, name: &str, kind: Use) -> Result<(), String> {
    let known = arguments.entry(name.to_owned()).or_insert(kind);
    match (*known, kind) {
        (Use::Number, Use::Text) | (Use::Text, Use::Number) => {
            Err(format!("${name} is used both as a number and as text"))
        }
        (Use::Any, _) => {
            *known = kind;
            Ok(())
        }
        _ => Ok(()),
    }
}

/// Checks that ids and arguments can be names in Rust, each once.
fn check_names(file: &File, messages: &Messages, findings: &mut Vec<String>) {
    let mut functions: BTreeMap<String, &str> = BTreeMap::new();
    for (id, message) in messages {
        let names =
            std::iter::once(id.as_str()).chain(message.arguments.keys().map(String::as_str));
        for name in names {
            let rust = rust_name(name);
            let is_plain = name.starts_with(|c: char| c.is_ascii_lowercase())
                && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
            if !is_plain || KEYWORDS.contains(&rust.as_str()) {
                findings.push(format!(
                    "{}: {id}: `{name}` cannot be a name: use lower-case words joined by hyphens, and no word of Rust",
                    file.path
                ));
            }
        }
        if let Some(other) = functions.insert(rust_name(id), id) {
            findings.push(format!("{}: {id} and {other} have the same name in Rust", file.path));
        }
    }
}

/// Checks a translation: only keys that English has, with the same arguments used in the same way.
fn compare(file: &File, english: &Messages, translated: &Messages, findings: &mut Vec<String>) {
    for (id, message) in translated {
        let Some(original) = english.get(id) else {
            findings.push(format!("{}: {id}: English has no such message", file.path));
            continue;
        };
        for (name, kind) in &message.arguments {
            match (original.arguments.get(name), kind) {
                (None, _) => {
                    findings.push(format!("{}: {id}: English has no argument ${name}", file.path))
                }
                (Some(Use::Number), Use::Text) | (Some(Use::Any | Use::Text), Use::Number) => {
                    findings.push(format!(
                        "{}: {id}: ${name} is of another kind in English",
                        file.path
                    ));
                }
                _ => {}
            }
        }
        for name in original.arguments.keys().filter(|name| !message.arguments.contains_key(*name))
        {
            findings.push(format!("{}: {id}: the argument ${name} is missing", file.path));
        }
    }
    let complete = LANGUAGES
        .iter()
        .find(|known| known.tag == file.language)
        .map_or(&[][..], |known| known.complete);
    if complete.contains(&file.room.as_str()) {
        for id in english.keys().filter(|id| !translated.contains_key(*id)) {
            findings
                .push(format!("{}: {id} is missing: this file must have every message", file.path));
        }
    }
}

fn rust_name(name: &str) -> String {
    name.replace('-', "_")
}

fn room_variant(room: &str) -> String {
    let words = room.split('-').filter(|word| !word.is_empty());
    words.map(|word| word[..1].to_uppercase() + &word[1..]).collect()
}

fn code(rooms: &BTreeMap<&str, (&File, Messages)>, files: &[File]) -> String {
    let mut code = String::from("// Generated from texts/ by the build script.\n\n");
    code.push_str(&room_code(rooms, files));
    for (room, (_, messages)) in rooms {
        code.push_str(&format!("/// Messages of `{room}.ftl`.\npub mod {} {{\n", rust_name(room)));
        code.push_str("    use crate::{Message, MessageValue, Messages, Room};\n");
        for (id, message) in messages {
            code.push_str(&constructor(room, id, message));
        }
        code.push_str(&texts(room, messages));
        code.push_str("}\n\n");
    }
    code.push_str(&samples(rooms));
    code
}

/// The enum of rooms, with their sources by language.
fn room_code(rooms: &BTreeMap<&str, (&File, Messages)>, files: &[File]) -> String {
    let mut variants = String::new();
    let mut arms = String::new();
    for room in rooms.keys() {
        let variant = room_variant(room);
        variants.push_str(&format!("    /// `{room}.ftl`\n    {variant},\n"));
        for language in LANGUAGES {
            let file =
                files.iter().find(|file| file.language == language.tag && file.room == *room);
            let source = file
                .map_or_else(|| "\"\"".to_owned(), |file| format!("include_str!({:?})", file.path));
            arms.push_str(&format!(
                "            (Self::{variant}, Language::{}) => {source},\n",
                language.variant
            ));
        }
    }
    format!(
        "/// A file of texts.\n#[derive(Clone, Copy, PartialEq, Eq, Debug)]\npub(crate) enum Room {{\n{variants}}}\n\n\
         impl Room {{\n    /// How many there are.\n    pub(crate) const COUNT: usize = {};\n\n    \
         /// The texts in Fluent; empty for a language that does not have them yet.\n    \
         pub(crate) const fn source(self, language: Language) -> &'static str {{\n        match (self, language) {{\n\
         {arms}        }}\n    }}\n}}\n\n",
        rooms.len()
    )
}

/// The function that makes a message. Parameters are in alphabetical order: rewording the text must not reorder them.
fn constructor(room: &str, id: &str, message: &Parsed) -> String {
    let mut parameters = Vec::new();
    let mut values = Vec::new();
    for (name, kind) in &message.arguments {
        let parameter = rust_name(name);
        if *kind == Use::Number {
            parameters.push(format!("{parameter}: u64"));
            values.push(format!("(\"{name}\", MessageValue::Number({parameter}))"));
        } else {
            parameters.push(format!("{parameter}: impl Into<MessageValue>"));
            values.push(format!("(\"{name}\", {parameter}.into())"));
        }
    }
    let mut docs = String::new();
    for line in message.source.lines() {
        // the fence cannot be closed from within
        let _ = writeln!(docs, "    /// {}", line.replace("```", "'''"));
    }
    let values = if values.is_empty() {
        "Vec::new()".to_owned()
    } else {
        format!("vec![{}]", values.join(", "))
    };
    format!(
        "\n    /// ```ftl\n{docs}    /// ```\n    #[must_use]\n{}    pub fn {}({}) -> Message {{\n        \
         Message::new(Room::{}, \"{id}\", {values})\n    }}\n",
        many_values(parameters.len()),
        rust_name(id),
        parameters.join(", "),
        room_variant(room)
    )
}

/// The attribute of a function with more parameters than lints allow: it has one for each value of its message.
fn many_values(parameters: usize) -> &'static str {
    const MOST: usize = 7;
    if parameters > MOST {
        "    #[expect(clippy::too_many_arguments, reason = \"one for each value of the message\")]\n"
    } else {
        ""
    }
}

/// The texts of a room in one language: a method for each message.
fn texts(room: &str, messages: &Messages) -> String {
    let mut methods = String::new();
    for (id, message) in messages {
        let name = rust_name(id);
        let parameters = message.arguments.iter().map(|(name, kind)| {
            let kind = if *kind == Use::Number { "u64" } else { "impl Into<MessageValue>" };
            format!(", {}: {kind}", rust_name(name))
        });
        let values: Vec<String> = message.arguments.keys().map(|name| rust_name(name)).collect();
        let _ = write!(
            methods,
            "\n        /// The text of [`{name}`].\n        #[must_use]\n{}        pub fn {name}(&self{}) -> String {{\n            \
             self.0.text(&self::{name}({}))\n        }}\n",
            many_values(values.len() + 1),
            parameters.collect::<String>(),
            values.join(", ")
        );
    }
    format!(
        "\n    /// The texts of `{room}.ftl` in one language: a method for each message.\n    #[derive(Clone, Copy, Debug)]\n    \
         pub struct Texts(pub Messages);\n\n    impl Texts {{{methods}    }}\n"
    )
}

/// For tests: every message, made with the same number and text.
fn samples(rooms: &BTreeMap<&str, (&File, Messages)>) -> String {
    let mut calls = String::new();
    for (room, (_, messages)) in rooms {
        for (id, message) in messages {
            let values = message.arguments.values();
            let values: Vec<&str> =
                values.map(|kind| if *kind == Use::Number { "number" } else { "text" }).collect();
            calls.push_str(&format!(
                "        {}::{}({}),\n",
                rust_name(room),
                rust_name(id),
                values.join(", ")
            ));
        }
    }
    format!(
        "/// Every message, made with one number and one text.\n#[cfg(test)]\n\
         pub(crate) fn samples(number: u64, text: &str) -> Vec<Message> {{\n    vec![\n{calls}    ]\n}}\n"
    )
}
