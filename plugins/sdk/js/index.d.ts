// What `index.js` exports. Editors read it: no compiler is needed.

/** What is there in every call. */
export interface Common<Settings> {
  /** The name of the connection in the configuration. */
  readonly connection: string;
  /** The connection's `idp`: `entra`, `okta`, `onelogin`, `google`, `generic`. */
  readonly idp: string;
  /** The plugin's settings, checked, defaults filled in. Its objects have no prototype: a table holds its own keys only. */
  readonly settings: Settings;
  /** What else the host says. */
  readonly facts: Facts;
}

/** What `toTarget` works on. */
export interface Forward<Settings> extends Common<Settings> {
  /** The source after the operation. */
  readonly source: Source;
  /** The source as remembered from before the operation; undefined when the user is new. */
  readonly remembered?: Source;
  /** The target so far. */
  readonly draft: Target;
  /** The groups that the user is a member of. */
  readonly groups: Groups;
}

/** What `toSource` works on. */
export interface Backward<Settings> extends Common<Settings> {
  /** The target as CXone shows it. */
  readonly target: Target;
  /** The source as remembered; undefined for somebody whom the identity provider never wrote. */
  readonly remembered?: Source;
  /** The source so far. */
  readonly draft: Source;
  /** What to start from: the source so far or, where there is none yet, the remembered one. */
  start(): Source;
}

/** What `choose` and `decide` see. */
export interface Occasion<Settings> extends Common<Settings> {
  /** `create`, `replace`, `update`, `deactivate`, `revive` or `re-evaluate`; more may come. */
  readonly operation: string;
  /** The source after the operation. */
  readonly source: Source;
  /** The source before it; undefined when the user is new. */
  readonly sourceBefore?: Source;
  /** The target as the plugins before left it. */
  readonly target: Target;
  /** The target as CXone holds it; undefined when CXone has no such user or was not asked. */
  readonly held?: Target;
  /** The groups that the user is a member of. */
  readonly groups: Groups;
  /** The moment of the operation, RFC 3339 in UTC. */
  readonly moment: string;
}

/** What an author says of a plugin. One of `toTarget`, `choose` and `decide` must be there; each makes it of a kind. */
export interface Options<Settings> {
  /** The plugin's name, version and description; package.json's if not given. */
  name?: string;
  version?: string;
  description?: string;
  /**
   * A JSON Schema (2020-12) of the settings. The host checks a configuration against it. Its `default`s are filled in, and
   * unknown keys at the top are refused unless it says otherwise.
   */
  settings?: { type: 'object'; [keyword: string]: unknown };
  /** Instead of `settings`: what the settings are where the configuration says nothing. The schema is inferred from it. */
  defaults?: Settings;
  /** Checks what a schema cannot say, before every call. Answers what is wrong, naming the key. */
  validate?(settings: Settings): string | undefined | void;
  /** The source paths that a mapper reads without settings; the host's discovery shows them to identity providers. */
  takes?: string[];
  /** Mapper: the target for a source, which is the draft with this mapper's attributes set. */
  toTarget?(input: Forward<Settings>): Target | object;
  /** Mapper: the source for a target; `input.start()` if not given. */
  toSource?(input: Backward<Settings>): Source | object;
  /** Template chooser: the template for a user who is created or revived. */
  choose?(input: Occasion<Settings>): Choice;
  /** Rules: what becomes of a write that leaves the user active. */
  decide?(input: Occasion<Settings>): Decision;
}

/** A plugin: what a plugin's file exports as its default. */
export interface Plugin {
  readonly kinds: readonly ('mapper' | 'template-chooser' | 'rules')[];
}

/** Defines a plugin: `export default plugin({ ... })`. Throws where the options make no sense. */
export function plugin<Settings = any>(options: Options<Settings>): Plugin;

/**
 * A plugin's failure. It is no decision: to refuse a user, answer `Decision.deny`. The host answers the write with 503 and logs
 * the message, which must not hold values of the person. Whatever else is thrown counts as `internal`.
 */
export class PluginError extends Error {
  constructor(code: 'settings' | 'input' | 'internal', message: string, more?: { attribute?: string });
  readonly code: string;
  readonly attribute?: string;
}

/** The settings make no sense. */
export class SettingsError extends PluginError {
  constructor(message: string, more?: { attribute?: string });
}

/** The input cannot be handled. */
export class InputError extends PluginError {
  constructor(message: string, more?: { attribute?: string });
}

/** Why a write is refused. */
export interface Denial {
  readonly status: number;
  readonly scimType?: string;
  readonly detail: string;
  readonly attribute?: string;
  readonly fix: string;
}

/** A rule's answer. */
export class Decision {
  private constructor();
  /** The write goes through. */
  static allow(): Decision;
  /** The write goes through with this target instead. */
  static amend(target: Target | object): Decision;
  /** The write waits for what `detail` says: the source is kept, CXone follows when the rule lets it. */
  static defer(detail: string): Decision;
  /** The write is refused: status 400 and no scimType unless said otherwise. Say what to do by `fix`. */
  static deny(attribute: string, detail: string): Decision;
  /** Adds a remark for the operator; it must not hold values of the person. */
  warn(warning: string): this;
  /** A denial's HTTP status, 400 to 499. Does nothing to other verdicts. */
  status(status: number): this;
  /** A denial's scimType (RFC 7644, section 3.12). Does nothing to other verdicts. */
  scimType(scimType: string): this;
  /** What to do about a denial. Does nothing to other verdicts. */
  fix(fix: string): this;
  /** The attribute or group that a deferral or denial concerns. Does nothing to other verdicts. */
  attribute(name: string): this;
  /** The denial, if it is one. */
  readonly denial?: Denial;
  /** The answer as case files write it. */
  toJSON(): object;
}

/** A template chooser's answer. */
export class Choice {
  private constructor();
  /** This template. The reason is shown to the operator; it must not hold values of the person. */
  static template(name: string, reason: string): Choice;
  /** No template. */
  static none(reason: string): Choice;
  readonly template: string | null;
  readonly reason: string;
}

/**
 * A path such as `userName`, `name.givenName`, `emails[type eq "work"].value` or
 * `urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department` (RFC 7644, section 3.10). In a filter, `eq` compares;
 * several comparisons are joined by `and`.
 */
export class Path {
  private constructor();
  /** Throws where the path is malformed, naming it and the reason. */
  static parse(path: string | Path): Path;
}

/** A SCIM User (RFC 7643) as the identity provider states it. Names are compared without case. Malformed paths are thrown. */
export class Source {
  constructor(members?: object);
  readonly isEmpty: boolean;
  /** The whole resource. */
  readonly members: Record<string, any>;
  /**
   * The value at a path; undefined where there is nothing, or `null`. Without a filter, a sub-attribute of a multi-valued
   * attribute is that of the first element that has it.
   */
  get(path: string | Path): any;
  /** The text at a path. A complex value stands for its `value`, a multi-valued one for its first element. */
  str(path: string | Path): string | undefined;
  /** The simple value at a path as text: numbers and booleans as JSON writes them. */
  text(path: string | Path): string | undefined;
  /** The boolean at a path. The texts `true` and `false` count. */
  bool(path: string | Path): boolean | undefined;
  /** Writes a value; what is missing on the way is made, the element that a filter asks for too. */
  set(path: string | Path, value: unknown): this;
  toJSON(): object;
}

type TextMember =
  | 'userName'
  | 'givenName'
  | 'middleName'
  | 'familyName'
  | 'displayName'
  | 'email'
  | 'mobileNumber'
  | 'timeZone'
  | 'userType'
  | 'role'
  | 'team'
  | 'loginAuthenticator'
  | 'externalIdentity';
type ListMember = 'secondaryRoles' | 'applicationAttributes';

/** The members of a target, as properties; undefined is no opinion. */
export interface Target extends Partial<Record<TextMember, string>> {
  active?: boolean;
  get secondaryRoles(): readonly string[];
  set secondaryRoles(roles: readonly string[]);
  get applicationAttributes(): readonly string[];
  set applicationAttributes(attributes: readonly string[]);
}

/** The user as CXone should hold it: flat, every member optional. A misspelt member is an error. */
export class Target {
  constructor(members?: object);
  get(name: string): any;
  set(name: TextMember | ListMember | 'active', value: unknown): this;
  /** Takes back the opinion on a member. */
  clear(name: TextMember | ListMember | 'active'): this;
  has(name: string): boolean;
  toJSON(): object;
}

/** A group that the user is a member of. */
export interface Group {
  /** The group's id in Jackfield. */
  readonly id: string;
  /** The identity provider's own id of the group, where it sent one. */
  readonly externalId?: string;
  /** The group's name; empty when it has none. */
  readonly displayName: string;
  /** Whether settings mean this group: by display name, without case, or by external id or id, exactly. */
  is(nameOrId: string): boolean;
}

/** The groups that the user is a member of, in the host's order. */
export class Groups implements Iterable<Group> {
  constructor(groups?: Iterable<{ id: string; externalId?: string; displayName?: string }>);
  readonly length: number;
  readonly isEmpty: boolean;
  /** The group that settings mean by this name or id, if the user is a member. */
  find(nameOrId: string): Group | undefined;
  /** Whether the user is a member of the group that settings mean by this name or id. */
  contains(nameOrId: string): boolean;
  [Symbol.iterator](): Iterator<Group>;
}

/** What the host adds to a call beside its documents; every fact may be absent. */
export class Facts {
  constructor(facts?: object);
  /** A fact by its name in the contract. */
  get(name: string): any;
  /** The role that a user gets in CXone when none is named. */
  readonly defaultRole?: string;
  /** What CXone last accepted of this user. */
  readonly accepted?: Target;
}

/** Lines for the operator's log. They must not hold values of the person. */
export namespace log {
  function write(level: 'debug' | 'info' | 'warn' | 'error', message: string): void;
  function debug(message: string): void;
  function info(message: string): void;
  function warn(message: string): void;
  function error(message: string): void;
}

/** The tenant's roles, teams, login authenticators and templates. For choosers and rules; a mapper has none. */
export namespace directory {
  interface Named {
    readonly id: string;
    readonly name: string;
  }
  interface Role extends Named {
    /** `ACTIVE`, `INACTIVE`, `DRAFT` or `DELETED`; more may come. */
    readonly status: string;
    /** Whether it can be given. */
    readonly isActive: boolean;
  }
  /** All roles, in CXone's order. */
  function roles(): Role[];
  /** The role with this id, or else of this name, without case. */
  function findRole(nameOrId: string): Role | undefined;
  /** The role that a user gets when none is named. */
  function defaultRole(): string;
  /** All teams, in CXone's order. */
  function teams(): Named[];
  function findTeam(nameOrId: string): Named | undefined;
  /** The login authenticators that the tenant's configuration states. */
  function loginAuthenticators(): Named[];
  function findLoginAuthenticator(nameOrId: string): Named | undefined;
  /** The names of all templates. */
  function templates(): string[];
  /** Identifies the snapshot: equal versions hold equal content. */
  function version(): string;
}
