// The rules see what they are for, and leave alone what is right.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { look } from "./rules.mjs";

// The rules that a tree of these files breaks.
function breaks(tree) {
  const root = mkdtempSync(join(tmpdir(), "rooms-"));
  try {
    for (const folder of ["crates", "services"]) mkdirSync(join(root, folder));
    for (const [path, text] of Object.entries(tree)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    return look(root).map(({ rule }) => rule);
  } finally {
    rmSync(root, { recursive: true });
  }
}

const source = (code) => `//! A file.\n${code}\n`;
const domain = "services/design/src/domain/thing.rs";

const CASES = [
  [domain, "async fn f() {}", "domain is synchronous"],
  [domain, "use sea_orm::Value;", "domain knows no other room and no shared crate but the kernel and the clocks", "sea-orm is for the store"],
  [domain, "use async_graphql::Enum;", "domain knows no other room and no shared crate but the kernel and the clocks", "async-graphql is for the graphql room"],
  [domain, "use ciclo_store::Tx;", "domain knows no other room and no shared crate but the kernel and the clocks"],
  [domain, "use crate::commands::raise;", "domain knows no other room and no shared crate but the kernel and the clocks"],
  [domain, "let now = Timestamp::now();", "domain has no clock"],
  [domain, "let id = RequirementId::at(now);", "domain has no randomness"],
  [domain, "let home = std::env::var(name);", "domain does no input or output"],
  ["crates/clocks/src/thing.rs", "let now = Timestamp::now();", "domain has no clock"],
  ["crates/clocks/src/thing.rs", "use std::fs;\nlet zone = std::env::var(name);", "domain does no input or output", "domain does no input or output"],
  ["services/design/src/commands/thing.rs", "use sea_orm_migration::prelude::*;", "sea-orm is for the store"],
  ["services/design/src/events/thing.rs", "use crate::graphql::Thing;", "graphql is the outermost room"],
  ["crates/api/src/thing.rs", 'let q = "SELECT id FROM note";', "SQL is for the store"],
  ["crates/host/src/lib.rs", "use rdkafka::Message;", "rdkafka is for the transport"],
  ["services/gateway/src/lib.rs", "use opentelemetry_otlp::SpanExporter;", "exporting is for the host"],
  ["services/design/src/lib.rs", "use async_graphql::Schema;", "async-graphql is for the graphql room"],
  ["crates/api/src/lib.rs", "#[allow(dead_code)]", "#[expect] with a reason in place of #[allow]"],
  ["crates/api/tests/thing.rs", "#![allow(dead_code)]", "#[expect] with a reason in place of #[allow]"],
  ["crates/api/src/lib.rs", "fn f() { todo!() }", "nothing is left to do"],
  ["crates/api/src/lib.rs", "let x = y.unwrap();", "no unwrap outside tests"],
  ["crates/api/src/lib.rs", "\n".repeat(600), "a file has 600 lines at most"],
];

for (const [path, code, ...rules] of CASES) {
  test(`${path}: ${code.trim().slice(0, 50)}`, () => assert.deepEqual(breaks({ [path]: source(code) }), rules));
}

test("a file says what it owns", () => {
  assert.deepEqual(breaks({ "crates/api/src/lib.rs": "fn f() {}\n" }), ["a file begins with //! and what it owns"]);
});

test("services and shared crates depend on no service", () => {
  const manifest = "[dependencies]\nciclo-kernel.workspace = true\nciclo-catalog.workspace = true\n";
  assert.deepEqual(breaks({ "services/design/Cargo.toml": manifest }), ["no service depends on another"]);
  assert.deepEqual(breaks({ "crates/store/Cargo.toml": manifest }), ["a shared crate knows no service"]);
  assert.deepEqual(breaks({ "services/ciclo/Cargo.toml": manifest }), []);
});

test("what is right is left alone", () => {
  const right = {
    [domain]: source("/// Not async, no sea_orm.\nuse ciclo_clocks::Calendar;\nfn f(at: Timestamp) {} // mild\n#[cfg(test)]\nmod tests {\n    use ciclo_store::Tx;\n    fn g() { RequirementId::at(now).unwrap(); }\n}"),
    "services/design/src/domain/mod.rs": source("mod thing;\n#[cfg(test)]\nmod samples;\n#[cfg(test)]\npub(crate) mod more;\n#[cfg(test)]\n#[path = \"thing_tests.rs\"]\nmod tests;"),
    "services/design/src/domain/thing_tests.rs": source("let x = y.unwrap();"),
    "services/design/src/domain/samples.rs": source("use ciclo_contracts::pool;\nlet id = RequirementId::at(now);"),
    "services/design/src/domain/more/deep.rs": source("let x = y.unwrap();"),
    "services/design/src/store/thing.rs": source("use sea_orm_migration::prelude::*;"),
    "services/design/src/graphql/thing.rs": source("use async_graphql::Object;"),
    "services/design/tests/thing.rs": source("let x = y.unwrap();"),
    "crates/store/src/sql.rs": source('let q = "SELECT id FROM note";'),
    "services/design/Cargo.toml": "[package]\nname = \"ciclo-design\"\n[dependencies]\nciclo-store.workspace = true\n",
  };
  assert.deepEqual(breaks(right), []);
});
