// Fails when something stands in a room of the source tree that it may not enter.
//
//   node tools/rooms/check.mjs
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { look } from "./rules.mjs";

const breaches = look(join(dirname(fileURLToPath(import.meta.url)), "..", ".."));
for (const { path, line, rule, text } of breaches) {
  console.error(`${path}:${line}: ${rule}: ${text.slice(0, 120)}`);
}
if (breaches.length > 0) {
  console.error(`rooms: ${breaches.length} breach(es)`);
  process.exit(1);
}
console.log("rooms: everything is where it belongs");
