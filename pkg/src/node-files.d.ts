/** What `node.ts` uses of Node, whose own types would put its globals into the page's programs. */
declare module 'node:fs/promises' {
  export function readFile(path: URL): Promise<Uint8Array<ArrayBuffer>>;
}
