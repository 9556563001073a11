// walk.mjs DIRECTORY: reads all files in it at once, and prints their digests as sha256sum does.
import { createHash } from "node:crypto";
import { readFile, readdir } from "node:fs/promises";
import path from "node:path";

const root = process.argv[2];
const files = (await readdir(root, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
await Promise.all(files.map(async (entry) => {
    const file = path.join(entry.parentPath ?? entry.path, entry.name);
    const digest = createHash("sha256").update(await readFile(file)).digest("hex");
    console.log(`${digest}  ./${path.relative(root, file)}`);
}));
