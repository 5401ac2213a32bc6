//! `jackfield demo`: a provisioning cycle with nothing but this binary.

mod idp;
mod page;
mod scene;
mod script;
mod stage;

use std::net::SocketAddr;
use std::process::ExitCode;

use crate::command::{fail, told_to_stop};
use page::Page;
use stage::Stage;

/// What `demo` takes.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The identity provider that is played
    #[arg(long, value_enum, default_value_t = idp::Name::Entra)]
    idp: idp::Name,
    /// Where SCIM is served meanwhile; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// End after the cycle instead of staying up
    #[arg(long)]
    once: bool,
}

/// Plays the cycle, then stays up until told to stop. Ends with 0 when everything went as it should.
pub async fn run(arguments: Arguments) -> ExitCode {
    let page = Page::new();
    let idp = arguments.idp.idp();
    let stage = match Stage::set(idp, arguments.listen).await {
        Ok(stage) => stage,
        Err(reason) => return fail(reason),
    };
    tokio::select! {
        played = script::play(idp, &stage, &page) => {
            if let Err(reason) = played {
                stage.strike().await;
                return fail(format_args!("the demo did not go as it should: {reason}"));
            }
        }
        () = told_to_stop() => {
            stage.strike().await;
            return ExitCode::SUCCESS;
        }
    }
    if !arguments.once {
        page.curtain(&stage);
        told_to_stop().await;
    }
    stage.strike().await;
    ExitCode::SUCCESS
}
