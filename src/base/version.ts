/** The version of luci, put in by the build from package.json; sources run by a test say so. */
declare const LUCI_VERSION: string;

export const version: string = typeof LUCI_VERSION === 'string' ? LUCI_VERSION : '0.0.0-source';
