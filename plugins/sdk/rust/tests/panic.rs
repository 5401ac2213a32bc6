//! What a component's panic leaves behind. Alone in its file: the hook is the process's.

use jackfield_sdk::{component, log::Level, testing};

#[test]
fn message_and_place_go_to_the_log_in_one_line() {
    component::start();
    let line = line!() + 1;
    let ended = std::panic::catch_unwind(|| panic!("no rule for {}", "managers"));
    assert!(ended.is_err());
    let logs = testing::logs();
    let [(Level::Error, said)] = logs.as_slice() else {
        panic!("{logs:?}");
    };
    let place = said
        .strip_prefix("panicked at ")
        .and_then(|said| said.split_once("panic.rs:"));
    let (_, rest) = place.unwrap();
    assert!(rest.starts_with(&format!("{line}:")), "{said}");
    assert!(rest.ends_with(": no rule for managers"), "{said}");
}
