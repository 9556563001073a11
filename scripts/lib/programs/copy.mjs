// copy.mjs FROM TO: copies a directory, as Node does.
import { cp } from "node:fs/promises";

const [from, to] = process.argv.slice(2);
await cp(from, to, { recursive: true });
