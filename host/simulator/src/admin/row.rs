//! Employees, teams, roles and the business unit as the Admin API shows them.

use serde_json::{Value, json};

use crate::settings::{Role, RoleStatus, Settings, Team, TeamStatus};
use crate::user::{Status, User};

/// The first integer ids of teams and security profiles.
const FIRST_TEAM: usize = 201;
const FIRST_PROFILE: usize = 301;

/// Members whose names the API writes in odd cases are odd on purpose.
pub(super) fn agent(user: &User, settings: &Settings) -> Value {
    let role = user.roles.first();
    let known = role.and_then(|held| settings.roles.iter().position(|role| role.id == held.id));
    let team = settings
        .teams
        .iter()
        .position(|team| team.id == user.team.id);
    json!({
        "agentId": user.agent_id,
        "userID": user.id,
        "userName": user.user_name,
        "firstName": user.given_name,
        "middleName": user.middle_name,
        "lastName": user.family_name,
        "emailAddress": user.shown_emails(settings.switches.email_shown).first().map(|email| email.value.clone()),
        "isActive": user.deactivated.is_none(),
        "locked": user.status == Status::Blocked,
        "teamId": team.map(|at| FIRST_TEAM + at),
        "teamName": user.team.name,
        "teamUuId": user.team.id,
        "profileId": known.map(|at| FIRST_PROFILE + at),
        "profileName": role.map(|role| &role.name),
        "roleId": role.map(|role| &role.id),
        "timeZone": user.time_zone,
        "userType": user.user_type,
        "federatedId": user.external_identity,
        "LoginAuthenticatorId": user.login_authenticator.as_ref().map(|known| &known.value),
        "isBillable": user.more.get("billable").cloned().unwrap_or(true.into()),
        "createDate": user.created,
        "inactiveDate": user.deactivated,
    })
}

pub(super) fn team(team: &Team, settings: &Settings) -> Value {
    let at = settings.teams.iter().position(|other| other.id == team.id);
    json!({
        "teamId": at.map(|at| FIRST_TEAM + at),
        "teamUuid": team.id,
        "teamName": team.name,
        "description": "",
        "isActive": team.status == TeamStatus::Active,
    })
}

pub(super) fn profile(role: &Role, settings: &Settings) -> Value {
    let at = settings.roles.iter().position(|other| other.id == role.id);
    json!({
        "roleId": role.id,
        "securityProfileId": at.map(|at| FIRST_PROFILE + at),
        "securityProfileName": role.name,
        "description": "",
        "securityProfileStatusName": match role.status {
            RoleStatus::Active => "Active",
            RoleStatus::Inactive => "Inactive",
            RoleStatus::Deleted => "Deleted",
            RoleStatus::Draft => "Draft",
        },
        "isInternal": false,
        "permissions": role.permissions,
        "dataRestrictions": [],
    })
}

pub(super) fn business_unit(settings: &Settings) -> Value {
    json!({
        "businessUnits": [{
            "businessUnitId": settings.business_unit,
            "businessUnitName": "Simulator",
            "tenantId": settings.tenant_id,
            "defaultTimeZone": settings.time_zone,
            "userLimit": 10_000,
        }],
    })
}
