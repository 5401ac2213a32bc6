// The tenant's roles, teams, login authenticators and templates: one unchanging snapshot. For choosers and rules; a mapper
// has none, because equal input must give equal output.

import { host } from './host.js';

function snapshot() {
  if (host.directory) return host.directory;
  throw new Error('there is no directory here: choosers and rules have one, mappers and module code have none');
}

function role(given) {
  return given ? { id: given.id, name: given.name, status: given.status, isActive: given.status === 'ACTIVE' } : undefined;
}

function named(given) {
  return given ? { id: given.id, name: given.name } : undefined;
}

/** All roles, in CXone's order. */
export function roles() {
  return snapshot().roles().map(role);
}

/** The role with this id, or else of this name, without case. */
export function findRole(nameOrId) {
  return role(snapshot().findRole(String(nameOrId)));
}

/** The role that a user gets when none is named. */
export function defaultRole() {
  return snapshot().defaultRole();
}

/** All teams, in CXone's order. */
export function teams() {
  return snapshot().teams().map(named);
}

/** The team with this id, or else of this name, without case. */
export function findTeam(nameOrId) {
  return named(snapshot().findTeam(String(nameOrId)));
}

/** The login authenticators that the tenant's configuration states. */
export function loginAuthenticators() {
  return snapshot().loginAuthenticators().map(named);
}

/** The login authenticator with this id, or else of this name, without case. */
export function findLoginAuthenticator(nameOrId) {
  return named(snapshot().findLoginAuthenticator(String(nameOrId)));
}

/** The names of all templates. */
export function templates() {
  return snapshot()
    .templates()
    .map((template) => template.name);
}

/** Identifies the snapshot: equal versions hold equal content. */
export function version() {
  return snapshot().version();
}
