//! `jackfield demo`: a provisioning cycle with nothing but this binary.

mod page;
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
    #[arg(long, value_enum, default_value_t = Idp::Entra)]
    idp: Idp,
    /// Where SCIM is served meanwhile; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// End after the cycle instead of staying up
    #[arg(long)]
    once: bool,
}

/// The identity providers that can be played.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Idp {
    /// Microsoft Entra ID
    Entra,
}

/// Plays the cycle, then stays up until told to stop. Ends with 0 when everything went as it should.
pub async fn run(arguments: Arguments) -> ExitCode {
    let page = Page::new();
    let stage = match Stage::set(arguments.listen).await {
        Ok(stage) => stage,
        Err(reason) => return fail(reason),
    };
    let Idp::Entra = arguments.idp;
    tokio::select! {
        played = script::entra(&stage, &page) => {
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
