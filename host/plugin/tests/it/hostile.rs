//! A hostile guest of each kind is ended, told apart, named in the log; and the next call is served.

use bridge::port::plugins::{Ending, PluginFailure, Plugins};
use plugin::{EngineSettings, Limits};
use serde_json::json;

use crate::guest::{Guest, offset};
use crate::logged;
use crate::scene::{assert_serves, chain, engine, engine_with, evaluation, patient};

/// Runs a mapper once and expects it to end so, with this in the message.
async fn ends_with(
    limits: Limits,
    name: &str,
    guest: Guest,
    ending: Ending,
    says: &str,
) -> PluginFailure {
    let engine = engine_with(EngineSettings {
        limits,
        ..EngineSettings::default()
    });
    let hostile = chain(&engine, &[(name, &guest, json!({}))]);
    let failure = hostile
        .evaluate(evaluation())
        .await
        .expect_err("it is hostile");
    assert_eq!(failure.ending, ending, "{failure}");
    assert_eq!(failure.plugin, name);
    assert!(failure.message.contains(says), "{failure}");
    let named = format!("ending={ending} ");
    let lines = logged::lines(name);
    assert!(lines.iter().any(|line| line.contains(&named)), "{lines:#?}");
    assert_serves(&engine).await;
    failure
}

async fn ends(name: &str, guest: Guest, ending: Ending, says: &str) -> PluginFailure {
    ends_with(patient(), name, guest, ending, says).await
}

const LOOP: &str = "(loop $again (br $again)) unreachable";

/// P1, as it usually ends.
#[tokio::test]
async fn an_endless_loop_runs_out_of_fuel() {
    ends("looper", Guest::new().forward(LOOP), Ending::Limit, "fuel").await;
}

/// P1, by the backstop.
#[tokio::test]
async fn an_endless_loop_with_endless_fuel_meets_the_deadline() {
    let limits = Limits {
        fuel: u64::MAX,
        ..Limits::default()
    };
    let guest = Guest::new().forward(LOOP);
    ends_with(
        limits,
        "sleeper",
        guest,
        Ending::Limit,
        "longer than 250 ms",
    )
    .await;
}

/// P3. What it costs the host: tests/alone.
#[tokio::test]
async fn a_guest_that_takes_all_memory_gets_no_more() {
    let body = "(loop $again
        (br_if $again (i32.ne (memory.grow (i32.const 16)) (i32.const -1))))
      unreachable";
    ends(
        "glutton",
        Guest::new().forward(body),
        Ending::Limit,
        "32768 KiB of memory",
    )
    .await;
}

/// P3, of a table.
#[tokio::test]
async fn a_guest_that_takes_all_of_a_table_gets_no_more() {
    let guest = Guest::new().with("(table $t 1 funcref)").forward(
        "(loop $again (br_if $again (i32.ne (table.grow $t (ref.null func) (i32.const 1000)) (i32.const -1))))
         unreachable",
    );
    ends(
        "table-glutton",
        guest,
        Ending::Limit,
        "20000 table elements",
    )
    .await;
}

/// P4.
#[tokio::test]
async fn deep_recursion_meets_the_end_of_the_stack() {
    let guest = Guest::new()
        .with("(func $deep (param i32) (result i32) (i32.add (call $deep (local.get 0)) (local.get 0)))")
        .forward("(call $deep (i32.const 1))");
    ends("digger", guest, Ending::Limit, "512 KiB of stack").await;
}

/// P7 and P17.
#[tokio::test]
async fn a_trap_is_a_trap_and_its_last_words_are_told_without_the_person() {
    let mut guest = Guest::new();
    let words = guest.logs(
        3,
        "panicked at lib.rs:7: no rule for ada@EXAMPLE.com (Lovelace)\n\u{1b}[31mfatal",
    );
    let guest = guest.forward(&format!("{words} unreachable"));
    let failure = ends(
        "trapper",
        guest,
        Ending::Trap,
        "panicked at lib.rs:7: no rule for [hidden] ([hidden])\\n\\u{1b}",
    )
    .await;
    let everything = format!("{failure} {}", logged::lines("trapper").join(" "));
    assert!(
        !everything.contains("Lovelace") && !everything.contains("EXAMPLE"),
        "{everything}"
    );
    assert!(!everything.contains('\u{1b}'), "{everything}");
}

/// P7.
#[tokio::test]
async fn dividing_by_zero_and_reading_beyond_memory_are_traps() {
    let zero = Guest::new().forward("(i32.div_u (i32.const 1) (i32.const 0))");
    ends("divider", zero, Ending::Trap, "divide by zero").await;
    let beyond = Guest::new().forward("(i32.load (i32.const -8))");
    ends("reader", beyond, Ending::Trap, "out of bounds").await;
}

#[tokio::test]
async fn an_error_of_the_plugins_own_is_an_error() {
    let mut guest = Guest::new();
    let body = guest.answers_error("input", "no mail for ada@example.com");
    let guest = guest.forward(&body);
    let says = "answered an error (input): no mail for [hidden]";
    ends("erring", guest, Ending::Error, says).await;
}

/// P5.
#[tokio::test]
async fn a_huge_output_is_not_taken() {
    let mut guest = Guest::new().pages(64);
    let body = format!(
        "(memory.fill (i32.const 65536) (i32.const 0x20) (i32.const 2097152)) {}",
        guest.answers_at(65_536, 2 << 20)
    );
    ends(
        "two-mebibytes",
        guest.forward(&body),
        Ending::Limit,
        "at most 1048576 are taken",
    )
    .await;

    let mut guest = Guest::new().pages(1_040);
    let body = guest.answers_at(1 << 20, 64 << 20);
    let limits = Limits {
        memory: 128 << 20,
        ..patient()
    };
    let guest = guest.forward(&body);
    ends_with(
        limits,
        "sixty-four-mebibytes",
        guest,
        Ending::Limit,
        "more than 4096 KiB",
    )
    .await;

    let mut guest = Guest::new();
    let body = guest.answers_at(0, 64 << 20);
    ends(
        "liar",
        guest.forward(&body),
        Ending::Error,
        "broke the contract",
    )
    .await;
}

/// P4, the other way round: a guest that calls the host while the host hands it something is not let out.
#[tokio::test]
async fn nobody_calls_the_host_while_being_handed_something() {
    let mut guest = Guest::new();
    let line = guest.logs(1, "from within");
    let guest = guest
        .while_handed(&line)
        .forward(&Guest::echo(offset::FORWARD_DRAFT));
    let failure = ends("re-entrant", guest, Ending::Trap, "cannot leave").await;
    assert!(!failure.message.contains("from within"), "{failure}");
}

/// P5: a list of a million.
#[tokio::test]
async fn a_huge_list_is_not_taken() {
    let mut guest = Guest::new().pages(160);
    let warnings = guest.warns_of(65_536, 1_000_000);
    let guest = guest.decide(&warnings);
    let engine = engine();
    let hostile = chain(&engine, &[("lister", &guest, json!({}))]);
    let failure = hostile.evaluate(evaluation()).await.expect_err("hostile");
    assert_eq!(failure.ending, Ending::Limit, "{failure}");
    assert!(failure.message.contains("more than 4096 KiB"), "{failure}");
    assert_serves(&engine).await;
}

/// P11: handles of resources, here of the component's own, since the contract has none.
#[test]
fn a_hoard_of_handles_is_bounded() {
    let hoarder = r#"(component
      (type $hoard (resource (rep i32)))
      (core func $new (canon resource.new $hoard))
      (core module $m
        (import "" "new" (func $new (param i32) (result i32)))
        (func $start (local $left i32)
          (local.set $left (i32.const 100000))
          (loop $again
            (drop (call $new (i32.const 1)))
            (br_if $again (local.tee $left (i32.sub (local.get $left) (i32.const 1))))))
        (start $start)
        (func (export "f")))
      (core instance $i (instantiate $m (with "" (instance (export "new" (func $new))))))
      (func $f (canon lift (core func $i "f")))
      (instance $about (export "describe" (func $f)))
      (instance $mapper (export "to-target" (func $f)) (export "to-source" (func $f)))
      (export "jackfield:plugin/about@0.1.0" (instance $about))
      (export "jackfield:plugin/mapper@0.1.0" (instance $mapper)))"#;
    let component = wat::parse_str(hoarder).expect("well-formed text");
    let refused = engine().load("hoarder", &component);
    let reason = refused.map(drop).expect_err("it hoards").to_string();
    assert_eq!(
        reason,
        "limit: held more than 64 handles of resources in describe"
    );
}

/// P5 (depth) and P6.
#[tokio::test]
async fn a_document_that_is_none_is_an_error() {
    let deep = Guest::new().pages(8).forward(&format!(
        "(memory.fill (i32.const 65536) (i32.const 0x5b) (i32.const 100000)) {}",
        "(i32.store (i32.const 512) (i32.const 0)) (i32.store (i32.const 516) (i32.const 65536))
         (i32.store (i32.const 520) (i32.const 100000)) (i32.const 512)"
    ));
    ends("deep", deep, Ending::Error, "recursion limit").await;
    for (name, document, says) in [
        ("no-json", &b"{\"userName\":"[..], "not well-formed JSON"),
        ("no-object", b"[]", "not a JSON object"),
        (
            "unknown-member",
            b"{\"shoeSize\":\"43\"}",
            "unknown member \"shoeSize\"",
        ),
        ("wrong-type", b"{\"email\":7}", "email is not a string"),
        ("no-utf-8", b"{\"email\":\"\xff\"}", "utf-8"),
    ] {
        let mut guest = Guest::new();
        let body = guest.answers(document);
        ends(name, guest.forward(&body), Ending::Error, says).await;
    }
}

/// P11.
#[tokio::test]
async fn a_flood_of_host_calls_is_dammed() {
    let mut guest = Guest::new();
    let line = guest.logs(1, "again");
    let guest = guest.forward(&format!("(loop $again {line} (br $again)) unreachable"));
    ends("flooder", guest, Ending::Limit, "more than 1000 times").await;
    let lines = logged::lines("flooder");
    let printed = lines.iter().filter(|line| line.contains("again")).count();
    assert_eq!(printed, 100);
    assert!(
        lines.iter().any(|line| line.contains("dropped=900")),
        "{:?}",
        lines.last()
    );
}

/// P11 and P17.
#[tokio::test]
async fn a_huge_line_of_log_is_not_taken_and_a_long_one_is_cut() {
    let body = "(call $log (i32.const 1) (i32.const 0) (i32.const 5000000)) unreachable";
    ends(
        "shouter",
        Guest::new().pages(80).forward(body),
        Ending::Limit,
        "more than 4096 KiB",
    )
    .await;
    let body = "(memory.fill (i32.const 2048) (i32.const 0x61) (i32.const 5000))
                (call $log (i32.const 1) (i32.const 2048) (i32.const 5000)) unreachable";
    ends(
        "talker",
        Guest::new().forward(body),
        Ending::Trap,
        "unreachable",
    )
    .await;
    let lines = logged::lines("talker");
    let longest = lines.iter().map(|line| line.matches('a').count()).max();
    assert!(
        longest.is_some_and(|letters| (1_000..1_100).contains(&letters)),
        "{longest:?}"
    );
}

#[tokio::test]
async fn a_mapper_does_not_see_the_directory() {
    let mut guest = Guest::new();
    let (name, length) = guest.bytes(b"agent");
    let allows = guest.allows(None);
    let body = format!(
        "(call $find_role (i32.const {name}) (i32.const {length}) (i32.const 256)) {}",
        Guest::echo(offset::FORWARD_DRAFT)
    );
    let guest = guest.forward(&body).decide(&allows);
    ends("peeper", guest, Ending::Error, "asked the directory").await;
}

/// P13.
#[tokio::test]
async fn nothing_that_a_guest_keeps_survives_a_call() {
    let engine = engine();
    let mut guest = Guest::new();
    let bled = guest.answers(b"{\"userName\":\"bled\"}");
    let clean = Guest::echo(offset::FORWARD_DRAFT);
    let guest = guest.forward(&format!(
        "(drop (memory.grow (i32.const 8)))
         (if (result i32)
           (i32.or (global.get $state) (i32.or (i32.load (i32.const 60000)) (i32.load (i32.const 500000))))
           (then {bled})
           (else
             (global.set $state (i32.const 1))
             (i32.store (i32.const 60000) (i32.const 1))
             (i32.store (i32.const 500000) (i32.const 1))
             {clean}))"
    ));
    let forgetful = chain(&engine, &[("forgetful", &guest, json!({}))]);
    for _ in 0..50 {
        let evaluated = forgetful.evaluate(evaluation()).await.expect("it answers");
        assert!(evaluated.target.values.is_empty());
    }
}
