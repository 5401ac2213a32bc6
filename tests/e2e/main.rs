//! The whole product over real HTTP: identity provider's requests in, the simulated CXone behind. One binary, so that it is
//! linked once and the guests are compiled once.

mod smoke;
mod world;
