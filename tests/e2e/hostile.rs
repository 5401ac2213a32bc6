//! Hostile plugins, P1 to P18.
//!
//! Each of the table ([`rows`]) meets the whole service: its ending has its type, its number in the metrics and its line in the
//! log; the identity provider is told to come again and nothing else; the next request of another tenant is served; whoever
//! leaves does.
//!
//! | | | where |
//! |---|---|---|
//! | P1 | endless loop | the table; with endless fuel: `host/plugin/tests/it/hostile.rs::an_endless_loop_with_endless_fuel_meets_the_deadline` |
//! | P2 | many of them | [`crowd`] |
//! | P3 | takes all memory | the table; what it costs: [`process`] |
//! | P4 | deep recursion | the table; no import calls back into a guest, so there is no way through the host |
//! | P5 | huge and deep answers | the table; what they cost: [`process`] |
//! | P6 | documents that are none | the table; that are well-formed and meant ill: [`people`] |
//! | P7 | traps | the table |
//! | P8 | binaries that are none | the table, at a start and at a reload; altered bit by bit: `host/plugin/tests/it/load.rs::a_torn_or_altered_component_panics_nothing` |
//! | P9 | keeps the compiler busy | in a process of its own, with limits: `host/plugin/tests/alone`; nobody waits for it: `reload/compile.rs::a_component_that_takes_for_ever_to_compile_holds_nobody_else_up` |
//! | P10 | another world | the table |
//! | P11 | floods the host with calls | the table; the contract has no resources to hoard |
//! | P12 | a host call that blocks | there is none: the directory is one snapshot, in memory, and the log a line |
//! | P13 | keeps something for the next call | [`people`] |
//! | P14 | wants time, randomness, files, network | the table; by name: `host/plugin/tests/it/load.rs::imports_beyond_the_contract_are_refused_by_name` |
//! | P15 | the caller leaves | [`crowd`] |
//! | P16 | not what was signed, moved, or gone from the registry | `host/registry/tests/registry`: `trust.rs`, `pushing.rs::a_tag_that_moves_moves_nobody`, `offline.rs::a_registry_that_is_down_stops_only_what_is_not_cached` |
//! | P17 | forges the log | [`process`] |
//! | P18 | swapped under traffic | `reload/traffic.rs::reloads_under_traffic_fail_no_request_and_leave_nothing_behind` |

mod crowd;
mod log;
mod people;
mod process;
mod rows;
mod stage;
mod table;
