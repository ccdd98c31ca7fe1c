// Composes services/*/schema.graphql into services/gateway/supergraph.graphql, in which every field
// that leads into another service may be null: see away.mjs.
//
//   node compose.mjs                 writes the supergraph
//   node compose.mjs --check         exits with 1 when the written one is stale
//   node compose.mjs --out FILE NAME=SCHEMA...   composes other schemas, for tests
//
// The URLs in it are placeholders: the gateway is told the real ones.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { composeServices, compositionHasErrors } from "@theguild/federation-composition";
import { parse } from "graphql";
import { mayBeAway } from "./away.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const SERVICES = ["catalog", "design", "transition", "operations", "improvement"];

function fail(lines) {
  for (const line of lines) console.error(line);
  process.exit(1);
}

function wanted(args) {
  const check = args.includes("--check");
  const rest = args.filter((arg) => arg !== "--check");
  if (rest.length === 0) {
    const schemas = SERVICES.map((name) => [name, join(root, "services", name, "schema.graphql")]);
    return { check, out: join(root, "services", "gateway", "supergraph.graphql"), schemas };
  }
  const [flag, out, ...pairs] = rest;
  const schemas = pairs.map((pair) => pair.split("="));
  if (flag !== "--out" || schemas.length === 0 || schemas.some((pair) => pair.length !== 2)) {
    fail(["usage: node compose.mjs [--check] [--out FILE NAME=SCHEMA...]"]);
  }
  return { check, out, schemas };
}

const { check, out, schemas } = wanted(process.argv.slice(2));
const shown = (path) => relative(process.cwd(), path) || path;

const missing = schemas.filter(([, path]) => !existsSync(path));
if (missing.length > 0) {
  fail(missing.map(([name, path]) => `${name}: there is no ${shown(path)}; export the service's schema first`));
}

const subgraphs = schemas.map(([name, path]) => {
  try {
    return { name, url: `http://${name}/graphql`, typeDefs: parse(readFileSync(path, "utf8")) };
  } catch (error) {
    const place = error.locations?.map(({ line, column }) => `:${line}:${column}`).join() ?? "";
    fail([`${name}: ${shown(path)}${place}: ${error.message}`]);
  }
});

const result = composeServices(subgraphs);
if (compositionHasErrors(result)) {
  fail([
    `The schemas do not compose, ${result.errors.length} error(s):`,
    ...result.errors.map((error) => `  ${error.extensions?.code ?? "ERROR"}: ${error.message}`),
  ]);
}

const header = "# Composed from the services' schemas by tools/compose; do not edit.\n\n";
const supergraph = header + mayBeAway(result.supergraphSdl).trim() + "\n";
const written = existsSync(out) ? readFileSync(out, "utf8") : "";
if (check) {
  if (written !== supergraph) fail([`${shown(out)} is stale: run \`npm run compose\` in tools/compose and commit it`]);
  console.log(`${shown(out)} is up to date`);
} else if (written === supergraph) {
  console.log(`${shown(out)} was up to date`);
} else {
  writeFileSync(out, supergraph);
  console.log(`wrote ${shown(out)} from ${schemas.map(([name]) => name).join(", ")}`);
}
