//! What `wit-bindgen` makes of `wit/`. Not part of the SDK's surface: `register!` uses it.
//!
//! One small world for each kind, so that a component exports exactly the kinds that its author registered. Types and the
//! directory are generated once and shared.
#![allow(
    unsafe_code,
    unreachable_pub,
    missing_debug_implementations,
    clippy::all,
    reason = "generated code"
)]

pub mod about {
    wit_bindgen::generate!({
        path: "wit",
        world: "about-only",
        pub_export_macro: true,
    });
}

pub mod mapper {
    wit_bindgen::generate!({
        path: "wit",
        world: "mapper-only",
        pub_export_macro: true,
    });
}

pub mod rules {
    wit_bindgen::generate!({
        path: "wit",
        world: "rules-only",
        pub_export_macro: true,
        with: { "jackfield:plugin/types@0.1.0": crate::bindings::mapper::jackfield::plugin::types },
    });
}

pub mod template_chooser {
    wit_bindgen::generate!({
        path: "wit",
        world: "template-chooser-only",
        pub_export_macro: true,
        with: {
            "jackfield:plugin/types@0.1.0": crate::bindings::mapper::jackfield::plugin::types,
            "jackfield:plugin/directory@0.1.0": crate::bindings::rules::jackfield::plugin::directory,
        },
    });
}
