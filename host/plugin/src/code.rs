//! Compiled code, taken up as it is. The one place of this crate where the compiler cannot prove what is done.
//!
//! `deserialize` runs what it is given without validating it: whoever can put bytes there runs code in this process. So
//! nothing comes here but what a compiler of ours made: this process, a child of the same program, or the cache, whose folder
//! and files belong to us and nobody else may write, and whose entries carry a checksum against what a disk does.
#![allow(
    unsafe_code,
    reason = "wasmtime cannot check code that is compiled already"
)]

use std::fs::File;
use std::os::fd::AsRawFd;

use wasmtime::component::Component;

/// Code that a compiler of ours has just made.
pub(crate) fn fresh(engine: &wasmtime::Engine, code: &[u8]) -> wasmtime::Result<Component> {
    // SAFETY: the bytes come from `Engine::precompile_component` here or in a child that we started from our own program.
    unsafe { Component::deserialize(engine, code) }
}

/// Code at the start of a file of the cache, mapped into memory. The file must not be written any more, which the cache keeps
/// to: it makes files and removes them. What is mapped is the file that is open, whatever its name leads to by now.
pub(crate) fn kept(engine: &wasmtime::Engine, file: &File) -> wasmtime::Result<Component> {
    let opened = if cfg!(target_os = "linux") {
        "/proc/self/fd"
    } else {
        "/dev/fd"
    };
    let opened = format!("{opened}/{}", file.as_raw_fd());
    // SAFETY: the cache hands out files that it wrote, checked for owner, mode and checksum, from a folder that is ours.
    unsafe { Component::deserialize_file(engine, opened) }
}
