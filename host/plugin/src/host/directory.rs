//! The directory of a call: an immutable snapshot, or a recording of what one answered.

use wasmtime::Result;

use super::{HostState, Stop, View};
use crate::bindings::directory;
use crate::json::Answer;

/// `facts` of everything that the directory shows: empty today.
const NO_FACTS: &str = "{}";

fn role(role: &bridge::directory::Role) -> directory::Role {
    directory::Role {
        id: role.id.clone(),
        name: role.name.clone(),
        status: role.status.clone(),
        facts: NO_FACTS.to_owned(),
    }
}

fn team(team: &bridge::directory::Team) -> directory::Team {
    directory::Team {
        id: team.id.clone(),
        name: team.name.clone(),
        facts: NO_FACTS.to_owned(),
    }
}

fn login_authenticator(
    authenticator: &bridge::directory::LoginAuthenticator,
) -> directory::LoginAuthenticator {
    directory::LoginAuthenticator {
        id: authenticator.id.clone(),
        name: authenticator.name.clone(),
        facts: NO_FACTS.to_owned(),
    }
}

impl HostState {
    /// Answers one call: counts it, looks it up, keeps it where it is to be kept. `call` is its name in a recording.
    fn ask<T: Answer>(
        &mut self,
        call: &'static str,
        name: Option<&str>,
        look: impl FnOnce(&View) -> T,
    ) -> Result<T> {
        self.count_call()?;
        let context = &self.context;
        let answer = match (&context.replay, &context.view) {
            (Some(replay), _) => replay.answer(call, name)?,
            (None, Some(view)) => look(view),
            (None, None) => return Err(Stop::NoDirectory.into()),
        };
        if let Some(tape) = &context.tape {
            tape.asked(call, name, &answer);
        }
        Ok(answer)
    }
}

impl directory::Host for HostState {
    fn roles(&mut self) -> Result<Vec<directory::Role>> {
        self.ask("directory.roles", None, |view| {
            view.directory.roles.iter().map(role).collect()
        })
    }

    fn find_role(&mut self, name_or_id: String) -> Result<Option<directory::Role>> {
        self.ask("directory.find-role", Some(&name_or_id), |view| {
            view.directory.role(&name_or_id).map(role)
        })
    }

    fn default_role(&mut self) -> Result<String> {
        self.ask("directory.default-role", None, |view| {
            view.default_role.to_string()
        })
    }

    fn teams(&mut self) -> Result<Vec<directory::Team>> {
        self.ask("directory.teams", None, |view| {
            view.directory.teams.iter().map(team).collect()
        })
    }

    fn find_team(&mut self, name_or_id: String) -> Result<Option<directory::Team>> {
        self.ask("directory.find-team", Some(&name_or_id), |view| {
            view.directory.team(&name_or_id).map(team)
        })
    }

    fn login_authenticators(&mut self) -> Result<Vec<directory::LoginAuthenticator>> {
        self.ask("directory.login-authenticators", None, |view| {
            let all = &view.directory.login_authenticators;
            all.iter().map(login_authenticator).collect()
        })
    }

    fn find_login_authenticator(
        &mut self,
        name_or_id: String,
    ) -> Result<Option<directory::LoginAuthenticator>> {
        let call = "directory.find-login-authenticator";
        self.ask(call, Some(&name_or_id), |view| {
            let found = view.directory.login_authenticator(&name_or_id);
            found.map(login_authenticator)
        })
    }

    fn templates(&mut self) -> Result<Vec<directory::Template>> {
        let template = |name: &String| directory::Template {
            name: name.clone(),
            facts: NO_FACTS.to_owned(),
        };
        self.ask("directory.templates", None, |view| {
            view.templates.keys().map(template).collect()
        })
    }

    fn version(&mut self) -> Result<String> {
        self.ask("directory.version", None, |view| {
            view.directory.version.clone()
        })
    }
}
