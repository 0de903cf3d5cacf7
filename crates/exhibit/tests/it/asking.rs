//! Dividing, ordering and following what a search found, and what people add to it.

use crate::bench::Bench;
use serde_json::Value;

fn trove(bench: &Bench) {
    bench.write("trove/disk/2017/a.txt", "登记表 register of copper, seventeen lines");
    bench.write("trove/disk/2017/b.txt", "登记表 register of copper, eighteen lines");
    bench.write("trove/disk/2019/c.txt", "register of households");
    bench.write("trove/other/d.txt", "tin and zinc");
    bench.write("trove/other/copy.txt", "登记表 register of copper, seventeen lines");
    bench.write(
        "trove/mail/one.eml",
        "From: Office <office@baihe.example>\r\nTo: county@baihe.example\r\nSubject: register\r\nDate: Thu, 3 Aug 2017 10:00:00 +0800\r\n\r\nThe register.\r\n",
    );
    let _ = bench.take_in().code(0);
}

fn facet(bench: &Bench, query: &str, name: &str) -> String {
    let facets = bench.run(&["-C", "case", "search", "--facets", "--json", query]).objects();
    let Some(facet) = facets.iter().find(|facet| facet["field"] == name) else {
        return String::new();
    };
    let value = |v: &Value| format!("{} {}", v["value"].as_str().expect("a value"), v["pages"]);
    facet["values"].as_array().expect("values").iter().map(value).collect::<Vec<_>>().join(", ")
}

fn count(bench: &Bench, query: &str) -> String {
    bench.run(&["-C", "case", "search", "--count", query]).stdout.trim().to_owned()
}

#[test]
fn folders_are_gone_down_and_facets_count_what_their_clauses_find() {
    let bench = Bench::new();
    trove(&bench);
    assert_eq!(facet(&bench, "register", "folder"), "disk 3, mail 1, other 1");
    assert_eq!(facet(&bench, "register folder:disk", "folder"), "disk/2017 2, disk/2019 1");
    assert_eq!(facet(&bench, "register", "sender"), "office@baihe.example 1");
    assert_eq!(facet(&bench, "register", "month"), "2017-08 1, undated 3");
    assert_eq!(facet(&bench, "register -folder:disk/2017", "type"), "mail 1, text 1");
    for (query, expected) in [
        ("folder:disk", "3"),
        ("folder:\"disk/2017\"", "2"),
        ("folder:disk -folder:disk/2017", "1"),
        ("sender:office@baihe.example", "1"),
        ("recipient:county@baihe.example date:2017-08", "1"),
        ("source:trove register", "4"),
        ("folder:2017", "0"),
        ("folder:other", "2"),
        ("filename:copy", "1"),
        ("path:\"other copy\"", "1"),
        ("is:duplicate", "1"),
    ] {
        assert_eq!(count(&bench, query), expected, "{query}");
    }
}

#[test]
fn results_in_the_order_of_paths_are_followed_to_the_last() {
    let bench = Bench::new();
    trove(&bench);
    let mut paths: Vec<String> = Vec::new();
    let mut place: Option<String> = None;
    loop {
        let mut arguments =
            vec!["-C", "case", "search", "-l", "2", "--sort", "path", "--files", "register OR tin"];
        if let Some(place) = &place {
            arguments.extend(["--after", place]);
        }
        paths.extend(bench.run(&arguments).stdout.lines().map(str::to_owned));
        arguments.retain(|argument| *argument != "--files");
        let said = bench.run(&arguments).stderr;
        place = said.split_once("--after ").map(|(_, place)| place.trim().to_owned());
        if place.is_none() {
            break;
        }
    }
    let mut sorted = paths.clone();
    sorted.sort();
    assert_eq!(paths, sorted);
    assert_eq!(paths.len(), 5, "{paths:?}");
    let wrong = bench.run(&["-C", "case", "search", "register", "--after", "nowhere"]).code(2);
    assert!(wrong.stderr.contains("cursor"), "{}", wrong.stderr);
}

#[test]
fn an_empty_result_says_what_would_find_something() {
    let bench = Bench::new();
    trove(&bench);
    let said = bench.run(&["-C", "case", "search", "register zinc lang:ug"]).code(1).stderr;
    assert!(said.contains("only register"), "{said}");
    assert!(!said.contains("only lang:ug"), "a way that finds nothing is none: {said}");
    let said = bench.run(&["-C", "case", "search", "register date:1999"]).code(1).stderr;
    assert!(said.contains("at any date, without date:1999: register  (4 pages)"), "{said}");
}

#[test]
fn other_places_and_documents_alike_are_near_at_hand() {
    let bench = Bench::new();
    trove(&bench);
    let found = bench.run(&["-C", "case", "search", "seventeen"]).code(0).stdout;
    assert!(found.contains("also in 1 place") && found.contains("= EXH-"), "{found}");
    let alike = bench.run(&["-C", "case", "similar", "trove/disk/2017/a.txt", "--json"]);
    let alike = if alike.stdout.is_empty() {
        bench.run(&["-C", "case", "similar", "disk/2017/a.txt", "--json"])
    } else {
        alike
    };
    let first = alike.objects().remove(0);
    assert!(first["path"].as_str().expect("a path").ends_with("disk/2017/b.txt"), "{first}");
    let words = first["words"].to_string();
    assert!(words.contains("copper") && !words.contains("seventeen"), "{words}");
    let words = bench.run(&["-C", "case", "search", "登记", "--words", "--json"]).objects();
    assert!(words.iter().any(|word| word["word"] == "copper"), "{words:?}");
    assert!(
        words.iter().all(|word| word["word"] != "登记"),
        "the query's own word tells nothing: {words:?}"
    );
}

#[test]
fn searches_are_remembered_until_that_is_turned_off() {
    let bench = Bench::new();
    trove(&bench);
    let _ = bench.run(&["-C", "case", "search", "zinc"]).code(0);
    let _ = bench.run(&["-C", "case", "search", "登记"]).code(0);
    let queries = || -> Vec<String> {
        let all = bench.run(&["-C", "case", "history", "ls", "--json"]).objects();
        all.iter().map(|searched| searched["query"].as_str().expect("a query").to_owned()).collect()
    };
    assert_eq!(queries(), ["登记", "zinc"]);
    let _ = bench.run(&["-C", "case", "history", "off"]).code(0);
    let _ = bench.run(&["-C", "case", "search", "tin"]).code(0);
    assert!(queries().is_empty());
    let _ = bench.run(&["-C", "case", "history", "on"]).code(0);
    let _ = bench.run(&["-C", "case", "search", "tin"]).code(0);
    assert_eq!(queries(), ["tin"]);
    let _ = bench.run(&["-C", "case", "history", "clear"]).code(0);
    let _ = bench.run(&["-C", "case", "history", "ls"]).code(1);
}

#[test]
fn tags_are_found_at_once_and_counted() {
    let bench = Bench::new();
    trove(&bench);
    let ids = bench.run(&["-C", "case", "search", "--ids", "copper"]).stdout;
    let ids: Vec<&str> = ids.lines().collect();
    let _ = bench.run(&["-C", "case", "tag", "add", "To Check", ids[0], ids[1]]).code(0);
    assert_eq!(count(&bench, "tag:\"to check\""), "2");
    assert_eq!(count(&bench, "register -tag:\"to check\""), "2");
    assert_eq!(facet(&bench, "register", "tag"), "to check 2");
    let _ = bench.run(&["-C", "case", "tag", "rm", "to check", ids[1]]).code(0);
    assert_eq!(count(&bench, "tag:\"to check\""), "1");
    assert_eq!(bench.run(&["-C", "case", "tag", "ls", ids[0]]).code(0).stdout.trim(), "to check");
    let wrong = bench.run(&["-C", "case", "tag", "add", "a\"b", ids[0]]).code(2);
    assert!(wrong.stderr.contains("quotation marks"), "{}", wrong.stderr);
    let _ = bench.run(&["-C", "case", "tag", "add", "x", "EXH-999999"]);
    assert_eq!(count(&bench, "tag:x"), "0", "nothing is tagged where one document is not known");
}

#[test]
fn a_document_is_found_by_every_place_of_its_bytes_and_the_row_names_it() {
    let bench = Bench::new();
    trove(&bench);
    let found_at = |query: &str| {
        let hits = bench.run(&["-C", "case", "search", "--json", query]).objects();
        let hits = hits.iter().filter(|object| object["kind"] == "hit");
        hits.map(|hit| format!("{} {}", hit["path"], hit["found_at"]))
            .collect::<Vec<_>>()
            .join(", ")
    };
    assert_eq!(found_at("folder:other copper"), "\"disk/2017/a.txt\" \"other/copy.txt\"");
    assert_eq!(found_at("folder:disk seventeen"), "\"disk/2017/a.txt\" null");
    assert_eq!(found_at("filename:copy"), "\"disk/2017/a.txt\" \"other/copy.txt\"");
    // a copy that comes later is found at once, and so is what lies in a copy of a container
    bench.write("second/new/again.txt", "register of households");
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    archive
        .start_file("in/z.txt", zip::write::SimpleFileOptions::default())
        .expect("a file within");
    std::io::Write::write_all(&mut archive, b"silver").expect("written");
    let archive = archive.finish().expect("an archive").into_inner();
    bench.write("second/x.zip", &archive);
    bench.write("second/y.zip", &archive);
    let _ = bench.run(&["-C", "case", "ingest", "second", "--as", "drop 2"]).code(0);
    assert_eq!(found_at("folder:new"), "\"disk/2019/c.txt\" \"new/again.txt\"");
    assert_eq!(count(&bench, "source:\"drop 2\""), "2");
    assert_eq!(found_at("folder:\"y.zip!/in\""), "\"x.zip!/in/z.txt\" \"y.zip!/in/z.txt\"");
}

#[test]
fn mail_is_found_by_its_copies_its_thread_and_its_hash() {
    let bench = Bench::new();
    let mail = |name: &str, head: &str| {
        let text = format!(
            "From: office@baihe.example\r\nTo: county@baihe.example\r\n{head}\r\nThe list.\r\n"
        );
        bench.write(&format!("trove/{name}.eml"), &text);
    };
    mail("1", "Cc: Archive <archive@baihe.example>\r\nMessage-ID: <one@baihe.example>\r\n");
    mail("2", "Message-ID: <two@baihe.example>\r\nIn-Reply-To: <one@baihe.example>\r\n");
    mail(
        "3",
        "Message-ID: <Three@baihe.example>\r\nReferences: <lost@baihe.example>\r\n <two@baihe.example>\r\n",
    );
    mail("4", "Message-ID: <four@baihe.example>\r\nSubject: other\r\n");
    let _ = bench.take_in().code(0);
    let found = |query: &str| {
        let mut paths: Vec<String> = bench
            .run(&["-C", "case", "search", "--files", query])
            .stdout
            .lines()
            .map(str::to_owned)
            .collect();
        paths.sort();
        paths.join(" ")
    };
    assert_eq!(found("cc:archive"), "1.eml");
    assert_eq!(found("thread:one@baihe.example"), "1.eml 2.eml 3.eml");
    assert_eq!(found("thread:\"<LOST@baihe.example>\""), "1.eml 2.eml 3.eml");
    assert_eq!(found("list -thread:one@baihe.example"), "4.eml");
    let hits = bench
        .run(&["-C", "case", "search", "--json", "thread:three@baihe.example filename:3"])
        .objects();
    let number = hits[0]["document"].as_str().expect("a number");
    assert_eq!(found(&format!("thread:{number}")), "1.eml 2.eml 3.eml");
    let digest = hits[0]["sha256"].as_str().expect("a digest");
    assert_eq!(found(&format!("hash:{digest}")), "3.eml");
    assert_eq!(found(&format!("hash:{}", &digest[..8].to_uppercase())), "3.eml");
    let short = bench.run(&["-C", "case", "search", &format!("hash:{}", &digest[..7])]).code(2);
    assert!(short.stderr.contains("first 8 digits"), "{}", short.stderr);
}

#[test]
fn what_cannot_be_asked_yet_says_so() {
    let bench = Bench::new();
    trove(&bench);
    for (query, said) in [
        ("register is:reviewed", "is:reviewed is not supported yet (character 13)"),
        ("has:translation", "there are no translations yet"),
        ("entity:office", "entity: is not supported yet (character 1)"),
        ("is:truncatd", "did you mean is:truncated ?"),
        ("has:colour", "there is no has:colour (character 5)"),
        ("lang:chinese", "lang: takes a language's tag"),
    ] {
        let output = bench.run(&["-C", "case", "search", query]).code(2);
        assert!(output.stderr.contains(said), "{query}: {}", output.stderr);
    }
}

#[test]
fn slips_are_met_with_what_was_meant() {
    let bench = Bench::new();
    trove(&bench);
    for (query, said) in [
        ("registre copper", "Try with another spelling of registre: registre~1 copper  (2 pages)"),
        ("housholds", "Try with another spelling of housholds: housholds~1  (1 page)"),
        (
            "register folder:2017",
            "Try anywhere in paths, instead of folder:2017: register path:2017  (2 pages)",
        ),
    ] {
        let output = bench.run(&["-C", "case", "search", query]).code(1);
        assert!(
            output.stdout.contains(said) || output.stderr.contains(said),
            "{query}: {} {}",
            output.stdout,
            output.stderr
        );
    }
    let lower = bench.run(&["-C", "case", "search", "copper or tin"]);
    assert!(lower.stderr.contains("Note: “or” is searched as a word"), "{}", lower.stderr);
}
