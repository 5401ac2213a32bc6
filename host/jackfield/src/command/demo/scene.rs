//! A script is data: scenes, each with what is said, what is to come of it, and what the page tells the reader.

use serde_json::{Value, json};

/// One step of a cycle.
#[derive(Debug)]
pub(super) struct Scene {
    pub(super) title: &'static str,
    /// What happens in CXone first.
    pub(super) weather: Option<Weather>,
    pub(super) exchanges: Vec<Exchange>,
    pub(super) plugins: Plugins,
    pub(super) told: Told,
    /// The user names that CXone is looked at for.
    pub(super) holds: Vec<&'static str>,
    /// The state that somebody is in afterwards, and a remark.
    pub(super) state: Option<(&'static str, &'static str, &'static str)>,
    /// What there is to say besides.
    pub(super) note: &'static str,
}

/// What happens in CXone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Weather {
    /// Somebody deactivates the role Agent.
    AgentInactive,
    /// Somebody activates it again.
    AgentActive,
    /// CXone answers 503 to everything.
    Down,
    /// CXone is back.
    Up,
}

/// A request and its answer.
#[derive(Debug)]
pub(super) struct Exchange {
    /// Who says it, where it is not the identity provider.
    pub(super) by: Option<&'static str>,
    pub(super) method: &'static str,
    /// With `{ada}` for an id that an earlier answer gave to this name.
    pub(super) path: &'static str,
    pub(super) body: Body,
    /// The name that the id of the answer gets.
    pub(super) named: Option<&'static str>,
    /// The status that is to come, and how many resources a list has.
    pub(super) status: u16,
    pub(super) finds: Option<u64>,
    /// What the answer means. A refusal's own words go before it.
    pub(super) remark: &'static str,
}

/// What a request carries. Texts have names in braces like paths.
#[derive(Debug)]
pub(super) enum Body {
    Nothing,
    Plain(Value),
    /// The resource of the path as it was read just before, with these members put over it.
    Over(Value),
}

/// What the page tells of plugins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Plugins {
    Untold,
    /// What each did for somebody, by the name of their id.
    Of(&'static str),
    /// None was asked, because somebody leaves.
    NotAsked,
}

/// Whether CXone is told or asked something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    Something,
    Nothing,
    /// Whatever it may be: CXone is down.
    Whatever,
}

impl Scene {
    /// A scene in which CXone is told nothing, unless it says otherwise.
    pub(super) fn new(title: &'static str) -> Self {
        Self {
            title,
            weather: None,
            exchanges: Vec::new(),
            plugins: Plugins::Untold,
            told: Told::Nothing,
            holds: Vec::new(),
            state: None,
            note: "",
        }
    }

    pub(super) fn weather(mut self, weather: Weather) -> Self {
        self.weather = Some(weather);
        self
    }

    pub(super) fn say(mut self, exchange: Exchange) -> Self {
        self.exchanges.push(exchange);
        self
    }

    pub(super) fn plugins(mut self, plugins: Plugins) -> Self {
        self.plugins = plugins;
        self
    }

    pub(super) fn told(mut self, told: Told) -> Self {
        self.told = told;
        self
    }

    pub(super) fn holds(mut self, user_name: &'static str) -> Self {
        self.holds.push(user_name);
        self
    }

    /// CXone is told what plugins made of somebody.
    pub(super) fn provisions(self, name: &'static str, user_name: &'static str) -> Self {
        self.plugins(Plugins::Of(name))
            .told(Told::Something)
            .holds(user_name)
    }

    /// CXone is told that somebody has left.
    pub(super) fn deactivates(self, user_name: &'static str) -> Self {
        self.plugins(Plugins::NotAsked)
            .told(Told::Something)
            .holds(user_name)
    }

    pub(super) fn state(
        mut self,
        name: &'static str,
        state: &'static str,
        remark: &'static str,
    ) -> Self {
        self.state = Some((name, state, remark));
        self
    }

    pub(super) fn note(mut self, note: &'static str) -> Self {
        self.note = note;
        self
    }
}

impl Exchange {
    fn new(method: &'static str, path: &'static str, body: Body, status: u16) -> Self {
        Self {
            by: None,
            method,
            path,
            body,
            named: None,
            status,
            finds: None,
            remark: "",
        }
    }

    pub(super) fn get(path: &'static str) -> Self {
        Self::new("GET", path, Body::Nothing, 200)
    }

    /// A look that finds so many.
    pub(super) fn find(path: &'static str, finds: u64, remark: &'static str) -> Self {
        let exchange = Self::get(path).remark(remark);
        Self {
            finds: Some(finds),
            ..exchange
        }
    }

    /// A create; the id of the answer gets the name.
    pub(super) fn post(path: &'static str, body: Value, named: &'static str) -> Self {
        Self {
            named: Some(named),
            ..Self::new("POST", path, Body::Plain(body), 201)
        }
    }

    pub(super) fn put(path: &'static str, body: Value) -> Self {
        Self::new("PUT", path, Body::Plain(body), 200)
    }

    /// A PUT of what was read, with members put over it.
    pub(super) fn put_over(path: &'static str, members: Value) -> Self {
        Self::new("PUT", path, Body::Over(members), 200)
    }

    pub(super) fn patch(path: &'static str, operations: Value) -> Self {
        let body = json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
            "Operations": operations,
        });
        Self::new("PATCH", path, Body::Plain(body), 200)
    }

    pub(super) fn delete(path: &'static str) -> Self {
        Self::new("DELETE", path, Body::Nothing, 204)
    }

    pub(super) fn by(mut self, by: &'static str) -> Self {
        self.by = Some(by);
        self
    }

    /// Another status than the usual one is to come.
    pub(super) fn status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    pub(super) fn remark(mut self, remark: &'static str) -> Self {
        self.remark = remark;
        self
    }
}
