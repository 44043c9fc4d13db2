//! Values there and back.

use super::forms::FORMS;
use super::read::one;
use super::*;

#[track_caller]
fn there_and_back(text: &str) {
    let value = one(text).unwrap_or_else(|trouble| panic!("{text}: {trouble:?}"));
    assert_eq!(write(value.root()).expect("JSON"), text);
}

#[track_caller]
fn refused(text: &str) -> String {
    arguments(&[text]).expect_err(text)
}

#[test]
fn what_json_can_say_stays_as_it_is() {
    for text in [
        "null",
        "true",
        "false",
        "0",
        "-0",
        "1.5",
        "-7",
        "1e+300",
        "\"\"",
        "\"a\\\"b\\\\\\n\\u001b\\u009b é😀\"",
        "\"\\ud800\"",
        "[]",
        "{}",
        "[[],{},[1,[2]]]",
        r#"{"a":[1,"x",null,true],"b":{}}"#,
        r#"{"$else":1}"#,
        r#"{"$map":1,"other":2}"#,
        r#"{"":{"__proto__":1}}"#,
    ] {
        there_and_back(text);
    }
}

#[test]
fn every_form_is_read_as_it_is_written() {
    for (_, name, example, _) in FORMS {
        there_and_back(example);
        assert!(example.contains(name));
    }
    for text in [
        r#"{"$map":[["a",1],[{"k":1},{"$set":[{"$bigint":"-856386184130166833"}]}]]}"#,
        r#"{"$map":[]}"#,
        r#"{"$set":[{"$set":[]},{"$undefined":true}]}"#,
        r#"{"$date":null}"#,
        r#"{"$number":"-Infinity"}"#,
        r#"{"$error":{"name":"TypeError","message":"m","cause":{"$error":{"name":"Error"}}}}"#,
        r#"{"$array":{"items":[],"properties":{"a":[{"$holes":1}]}}}"#,
        r#"[{"$holes":3}]"#,
        r#"{"$boxed":{"$bigint":"0"}}"#,
        r#"{"$boxed":"x"}"#,
        r#"{"$view":{"type":"DataView","bytes":""}}"#,
        r#"[1,[{"$set":[2]}],3]"#,
        r#"{"a":{"$map":[["b",{"c":{"$set":[1]}}]]},"d":2}"#,
    ] {
        there_and_back(text);
    }
}

#[test]
fn an_object_that_looks_like_a_form_stays_an_object() {
    let object = serde_json::json!({ "$map": [[1, 2]] });
    let value = Value::from_serialize(&object).expect("a value");
    let text = write(value.root()).expect("JSON");
    assert_eq!(text, r#"{"$object":{"$map":[[1,2]]}}"#);
    assert_eq!(one(&text).expect("a value"), value);
    there_and_back(r#"{"$object":{"$object":{"$object":{"$date":"x"}}}}"#);
}

#[test]
fn a_form_with_a_wrong_content_is_refused() {
    for text in [
        r#"{"$bigint":"x"}"#,
        r#"{"$bigint":""}"#,
        r#"{"$bigint":5}"#,
        r#"{"$bytes":"?"}"#,
        r#"{"$date":"never"}"#,
        r#"{"$date":5}"#,
        r#"{"$map":[1]}"#,
        r#"{"$map":[[1]]}"#,
        r#"{"$map":{}}"#,
        r#"{"$set":{}}"#,
        r#"{"$number":"1"}"#,
        r#"{"$undefined":1}"#,
        r#"{"$error":"x"}"#,
        r#"{"$error":{"name":1}}"#,
        r#"{"$error":{"message":1}}"#,
        r#"{"$regexp":"x"}"#,
        r#"{"$regexp":{"source":"x"}}"#,
        r#"{"$view":{"type":"Float32Array","bytes":"AA=="}}"#,
        r#"{"$view":{"type":"Array","bytes":""}}"#,
        r#"{"$boxed":null}"#,
        r#"{"$boxed":{"$set":[]}}"#,
        r#"{"$holes":1}"#,
        r#"[{"$holes":0}]"#,
        r#"{"$set":[{"$holes":1}]}"#,
        r#"{"$array":{"items":[]}}"#,
        r#"{"$array":[]}"#,
        r#"{"$object":[]}"#,
        r#"{"$array":{"properties":{},"items":[]}}"#,
    ] {
        let error = refused(&format!("{{\"x\":{text}}}"));
        assert!(error.starts_with("argument 1: ") && error.contains(" for $"), "{text}: {error}");
    }
}

#[test]
fn what_has_no_form_is_an_error() {
    let mut builder = Value::builder();
    let object = builder.object();
    builder.key("self").reference(object).end();
    let error = write(builder.build().expect("a value").root()).expect_err("a cycle");
    assert!(error.contains("cycle"), "{error}");
}

#[test]
fn what_is_shared_is_written_each_time_and_undefined_properties_are_left_out() {
    let mut builder = Value::builder();
    builder.array();
    let object = builder.object();
    builder.key("u").undefined().key("n").null().end();
    builder.reference(object).end();
    assert_eq!(write(builder.build().expect("a value").root()).expect("JSON"), r#"[{"n":null},{"n":null}]"#);
}

#[test]
fn a_bare_word_is_refused_with_a_hint_about_quotes() {
    let text = arguments(&["1", "hello"]).expect_err("an error");
    assert!(text.starts_with("argument 2 is not JSON: expected value at line 1 column 1: hello"), "{text}");
    assert!(text.contains(r#"'"hello"'"#), "{text}");
    assert!(refused("{name: a}").contains("single quotes"));
    assert!(arguments(&[""]).is_err() && arguments(&["1 2"]).is_err() && arguments(&["1,2"]).is_err());
}

#[test]
fn a_number_that_would_change_is_refused_with_its_name() {
    let long = "123456789".repeat(20);
    for (text, number, big) in [
        ("9007199254740993", "9007199254740993", r#"{"$bigint":"9007199254740993"}"#),
        ("[-9007199254740993]", "-9007199254740993", r#"{"$bigint":"-9007199254740993"}"#),
        (&long, "123456789", "$bigint"),
        (r#"{"a":[1,1e400]}"#, "1e400", ""),
        ("1e-400", "1e-400", ""),
        ("90071992547409930e-1", "90071992547409930e-1", ""),
        ("9007199254740993.0", "9007199254740993.0", ""),
    ] {
        let error = refused(text);
        assert!(error.contains(number) && error.contains(big), "{error}");
        // What is no integer is no BigInt either.
        assert_eq!(error.contains("$bigint"), !big.is_empty(), "{error}");
    }
}

#[test]
fn what_would_not_arrive_as_it_is_written_is_refused_with_the_reason() {
    for (text, reason) in [
        (r#"{"$regexp":{"source":"(","flags":""}}"#, "$regexp: /(/ is none: "),
        (r#"{"$regexp":{"source":"a","flags":"gg"}}"#, "$regexp: /a/gg is none: "),
        (r#"{"$error":{"name":"Own","message":"m"}}"#, "$error: no error arrives as Own"),
        (r#"{"$error":{"message":"m","code":"E"}}"#, r#"$error: its "code" would be lost"#),
        (r#"{"$error":{"cause":{"$error":{"errno":2}}}}"#, r#"$error: its "errno" would be lost"#),
        (r#"{"$array":{"items":[1],"properties":{"a":1,"0":2}}}"#, r#"$array: "0" is no name"#),
        (r#"{"$array":{"items":[1],"properties":{"length":2}}}"#, r#"$array: "length" is no name"#),
    ] {
        let error = arguments(&["1", text]).expect_err(text);
        assert!(error.starts_with(&format!("argument 2: {reason}")), "{text}: {error}");
    }
    assert!(arguments(&[r#"{"$array":{"items":[1],"properties":{"01":2,"4294967295":3,"-1":4}}}"#]).is_ok());
    let long = format!(r#"{{"$regexp":{{"source":"{}","flags":""}}}}"#, "a".repeat(1 << 20));
    assert!(refused(&long).contains("its source has more than"));
}

#[test]
fn a_value_of_too_many_parts_is_refused_with_their_number() {
    let error = refused(&format!("[{}0]", "0,".repeat(4_000_000)));
    assert!(error.contains("more than the 4000000 parts"), "{error}");
}

#[test]
fn deep_values_are_refused_in_a_line() {
    let deep = |n: usize, left: &str, right: &str| format!("{}1{}", left.repeat(n), right.repeat(n));
    assert!(arguments(&[deep(1_998, "[", "]")]).is_ok());
    for text in
        [deep(1_999, "[", "]"), deep(200_000, "[", "]"), deep(50_000, "{\"a\":", "}"), deep(3_000, "{\"$set\":[", "]}")]
    {
        let error = refused(&text);
        assert!(error.contains("nested deeper than the 1998 levels") && error.len() < 120, "{error}");
    }
}

#[test]
fn values_on_a_line_are_parted() {
    let values = |text: &str| write(line(text).expect("values").root()).expect("JSON");
    assert_eq!(values(" 1  \"a b\" {\"x\": [1, 2]}\t[] "), r#"[1,"a b",{"x":[1,2]},[]]"#);
    assert_eq!(values(""), "[]");
    let text = line("1 two").expect_err("an error");
    assert!(text.starts_with("argument 2 is not JSON") && text.ends_with("in quotes: \"two\""), "{text}");
    assert!(line("-").is_err());
}

#[test]
fn a_file_is_one_argument() {
    let folder = std::env::temp_dir().join(format!("dipole-json-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let file = folder.join("a b.json");
    std::fs::write(&file, "\u{feff}{\n  \"a\": [1]\n}\n").expect("a file");
    let name = format!("@{}", file.display());
    let value = arguments(&["1".to_owned(), name.clone()]).expect("values");
    assert_eq!(write(value.root()).expect("JSON"), r#"[1,{"a":[1]}]"#);
    std::fs::write(&file, [0xff]).expect("a file");
    assert!(refused(&name).contains("not UTF-8"));
    std::fs::remove_dir_all(&folder).expect("gone");
    let error = refused(&name);
    assert!(error.contains("a b.json") && error.starts_with("argument 1: cannot read"), "{error}");
}

#[test]
fn the_documentation_has_every_form() {
    let page = include_str!("../../../../../docs/json-values.md");
    let rows: Vec<&str> = page.lines().filter(|line| line.starts_with("| `")).collect();
    let expected: Vec<String> =
        FORMS.iter().map(|(_, _, example, meaning)| format!("| `{example}` | {meaning} |")).collect();
    assert_eq!(rows, expected);
}
