// The rooms of the source tree and what may not enter each. `look` walks a
// tree and answers with every breach as { path, line, rule, text }.
import { readFileSync, readdirSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";

const SERVICES = ["catalog", "design", "transition", "operations", "improvement", "gateway", "ciclo"];
const LONGEST = 600;
// The rooms with SQL, and the kit of the tests, which makes files that no service would make.
const STORES = /^crates\/(store|testkit)\/|^services\/[^/]+\/src\/store\//;

// What decides purely: the domains, and the arithmetic of clocks, which they share.
const PURE = /^services\/[^/]+\/src\/domain\/|^crates\/clocks\/src\//;

// What a line of Rust may not hold in some files. `tests: false` leaves test code alone.
const LINES = [
  {
    rule: "domain is synchronous",
    within: PURE,
    never: /\basync\b|\.await\b|\basync_trait\b|\btokio\b|\bfutures\b/,
    tests: false,
  },
  {
    rule: "domain knows no other room and no shared crate but the kernel and the clocks",
    within: PURE,
    never: /\bsea_orm\w*|\basync_graphql\b|\bciclo_(?!(kernel|clocks)\b)\w+|\bcrate::(store|graphql|commands|events|contract|intake)\b/,
    tests: false,
  },
  {
    rule: "domain has no clock",
    within: PURE,
    never: /\bClock::|&Clock\b|::now\(|\bSystemTime\b|\bstd::time\b/,
    tests: false,
  },
  {
    rule: "domain has no randomness",
    within: PURE,
    never: /\brand(om)?::|\bOsRng\b|\bnew_v[47]\b|\bnow_v7\b|\bevent_id\(|Id::at\(/,
    tests: false,
  },
  {
    rule: "domain does no input or output",
    within: PURE,
    never: /\bstd::(fs|env|net|process|io)\b|\bprintln!|\btracing::/,
    tests: false,
  },
  {
    rule: "sea-orm is for the store",
    within: /^(services|crates)\/[^/]+\/src\//,
    except: STORES,
    never: /\bsea_orm\w*|\bsea_query\b|\bsqlx\b/,
  },
  {
    rule: "SQL is for the store",
    within: /^(services|crates)\/[^/]+\/src\//,
    except: STORES,
    never: /"[^"]*\b(SELECT\b.+\bFROM|INSERT INTO|UPDATE\b.+\bSET|DELETE FROM|CREATE TABLE|ALTER TABLE|PRAGMA)\b/,
  },
  {
    rule: "rdkafka is for the transport",
    within: /^(services|crates)\/[^/]+\/src\//,
    // The kit of the tests has a broker to play with.
    except: /^crates\/(transport|testkit)\//,
    never: /\brdkafka\w*/,
  },
  {
    rule: "exporting is for the host",
    within: /^(services|crates)\/[^/]+\/src\//,
    // The kit of the tests has the other end of it.
    except: /^crates\/(host\/src\/telemetry|testkit)\//,
    never: /\bopentelemetry(_sdk|_otlp|_proto)\b|\btracing_opentelemetry\b/,
  },
  {
    rule: "async-graphql is for the graphql room",
    within: /^services\/[^/]+\/src\//,
    // The executable has no rooms: it runs the services' schemas, to seed a demonstration for one.
    except: /^services\/[^/]+\/src\/graphql\/|^services\/ciclo\//,
    never: /\basync_graphql\w*/,
  },
  {
    rule: "graphql is the outermost room",
    within: /^services\/[^/]+\/src\/(commands|store|contract|events)\//,
    never: /\bciclo_api\b|\bcrate::graphql\b/,
  },
  { rule: "#[expect] with a reason in place of #[allow]", within: /\.rs$/, never: /#!?\[\s*allow\b/ },
  { rule: "nothing is left to do", within: /\.rs$/, never: /\b(todo|unimplemented|dbg)!/ },
  {
    rule: "no unwrap outside tests",
    within: /^(services|crates)\/[^/]+\/src\//,
    except: /^crates\/testkit\//,
    never: /\.unwrap\(\)/,
    tests: false,
  },
];

function files(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return ["target", "node_modules"].includes(entry.name) ? [] : files(path);
    return /\.rs$|^Cargo\.toml$/.test(entry.name) ? [path] : [];
  });
}

// The modules of a file that are there for tests only, by the names of their files.
function testModules(text) {
  const declared = /#\[cfg\(test\)\]\s*((?:#\[[^\]]*\]\s*)*)(?:pub(?:\([^)]*\))?\s+)?mod\s+(\w+)\s*;/g;
  return [...text.matchAll(declared)].map(([, attributes, name]) => {
    const file = attributes.match(/path\s*=\s*"([^"]+)\.rs"/)?.[1];
    return file ?? name;
  });
}

// Whether a file is test code as a whole: under tests/, or a module that is declared so.
function isTest(path, texts) {
  const parts = path.split("/");
  if (parts.includes("tests") || parts.includes("benches")) return true;
  return parts.slice(3).some((part, at) => {
    const folder = parts.slice(0, 3 + at).join("/");
    const name = part.replace(/\.rs$/, "");
    const parents = [`${folder}/mod.rs`, `${folder}/lib.rs`, `${folder}/main.rs`, `${folder}.rs`];
    const siblings = [...texts.keys()].filter((other) => dirname(other) === folder);
    return [...parents, ...siblings].some((parent) => testModules(texts.get(parent) ?? "").includes(name));
  });
}

// The lines of code: comments blanked, and from an inline test module on everything marked as test
// (it stands at the end of its file).
function lines(text) {
  let test = false;
  const raw = text.split("\n");
  return raw.map((line, at) => {
    const next = raw.slice(at + 1, at + 4).join("\n");
    if (/^\s*#\[cfg\(test\)\]/.test(line) && /^\s*(#\[.*\]\s*)*(pub(\([^)]*\))?\s+)?mod\s+\w+\s*\{/.test(next)) test = true;
    return { code: /^\s*\/\//.test(line) ? "" : line, test };
  });
}

function ofSource(path, text, texts) {
  const breaches = [];
  const test = isTest(path, texts);
  const rules = LINES.filter((rule) => rule.within.test(path) && !rule.except?.test(path));
  const all = lines(text);
  all.forEach((line, at) => {
    for (const { rule, never, tests } of rules) {
      if (tests === false && (test || line.test)) continue;
      if (never.test(line.code)) breaches.push({ path, line: at + 1, rule, text: line.code.trim() });
    }
  });
  const count = all.length - (text.endsWith("\n") ? 1 : 0);
  if (count > LONGEST) {
    breaches.push({ path, line: count, rule: `a file has ${LONGEST} lines at most`, text: `${count} lines` });
  }
  if (!text.startsWith("//!") && !path.endsWith("build.rs")) {
    breaches.push({ path, line: 1, rule: "a file begins with //! and what it owns", text: text.split("\n", 1)[0] });
  }
  return breaches;
}

function ofManifest(path, text) {
  const owner = path.match(/^(services|crates)\/([^/]+)\/Cargo\.toml$/);
  if (!owner || path === "services/ciclo/Cargo.toml") return [];
  const [, folder, name] = owner;
  return text.split("\n").flatMap((line, at) => {
    const dependency = line.match(/^\s*"?ciclo-(\w+)"?(\.workspace)?\s*=/)?.[1];
    if (!SERVICES.includes(dependency) || dependency === name) return [];
    const rule =
      folder === "services" ? "no service depends on another" : "a shared crate knows no service";
    return [{ path, line: at + 1, rule, text: line.trim() }];
  });
}

export function look(root) {
  const found = ["crates", "services"].flatMap((folder) => files(join(root, folder)));
  const texts = new Map(
    found.map((path) => [relative(root, path).split(sep).join("/"), readFileSync(path, "utf8")]),
  );
  return [...texts].flatMap(([path, text]) =>
    path.endsWith(".rs") ? ofSource(path, text, texts) : ofManifest(path, text),
  );
}
