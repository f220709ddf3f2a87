/** The build puts the bytes of WebAssembly files into the program. */
declare module '@jitl/quickjs-wasmfile-release-sync/wasm' {
  const bytes: Uint8Array<ArrayBuffer>;
  export default bytes;
}
declare module 'sql.js/dist/sql-wasm.wasm' {
  const bytes: Uint8Array<ArrayBuffer>;
  export default bytes;
}
declare module 'sql.js/dist/sql-wasm.js' {
  interface Statement {
    bind(values?: readonly unknown[]): boolean;
    step(): boolean;
    get(): unknown[];
    getColumnNames(): string[];
    free(): boolean;
  }
  interface Database {
    run(sql: string): Database;
    prepare(sql: string): Statement;
    close(): void;
  }
  const initSqlJs: (options: { wasmBinary: Uint8Array<ArrayBuffer> }) => Promise<{ Database: new () => Database }>;
  export default initSqlJs;
}

/** The part of WebAssembly that is used; Node has it, its types do not. */
declare namespace WebAssembly {
  class Memory {
    constructor(descriptor: { initial: number; maximum: number });
    readonly buffer: ArrayBuffer;
    grow(pages: number): number;
  }
}
