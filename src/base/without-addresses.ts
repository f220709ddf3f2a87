/** Text of another program or machine without the addresses in it: they may hold credentials or signatures. */
export function withoutAddresses(text: string): string {
  return text.replace(/\S+:\/\/\S+/g, '(address)');
}
