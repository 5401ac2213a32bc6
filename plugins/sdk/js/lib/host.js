// What the plugin runs in: the component's imports, or what a test put in their place.

/** The names are the contract's (wit/capabilities.wit); `directory` is there for choosers and rules only. */
export const host = {
  /** @type {((level: string, message: string) => void) | undefined} */
  write: undefined,
  /** @type {Record<string, Function> | undefined} */
  directory: undefined,
  /** What file names in a stack start with and an author need not read. */
  root: '',
  /** Where the SDK's own files lie, whose frames tell an author nothing. */
  sdk: 'sdk/',
};
