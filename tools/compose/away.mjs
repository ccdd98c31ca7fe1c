// A service may be away, and must cost its own fields only. A null climbs to the nearest field that
// may be null: without one it would take the whole answer with it. So in the composed supergraph
// every way into another service may be null, though the service itself never answers null there.
import { Kind, parse } from "graphql";

const NOT_READ = ["Mutation", "Subscription"];

function graphs(node, directive) {
  const named = node.directives.filter((one) => one.name.value === directive);
  return named.map((one) => one.arguments.find((of) => of.name.value === "graph")?.value.value);
}

// The services that answer a field: those it names, or all that have its type.
function answering(type, field) {
  const own = graphs(field, "join__field");
  return own.length > 0 ? own : graphs(type, "join__type");
}

function named(type) {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : named(type.type);
}

// The service that owns each record type: the one that answers a record's version.
function owners(types) {
  const found = new Map();
  for (const type of types) {
    const version = type.fields.find((field) => field.name.value === "version");
    const [owner, ...others] = version ? answering(type, version) : [];
    if (owner && others.length === 0) found.set(type.name.value, owner);
  }
  return found;
}

// Whether a field leads into another service: a root field does, one that a service adds to a
// record of another, and one to a record of another.
function leadsAway(type, field, owner) {
  if (type.name.value === "Query") return true;
  const answered = answering(type, field);
  const ends = [type.name.value, named(field.type)].map((name) => owner.get(name)).filter(Boolean);
  return ends.some((end) => !answered.includes(end));
}

// The supergraph in which every field that leads into another service may be null.
export function mayBeAway(sdl) {
  const objects = parse(sdl).definitions.filter((one) => one.kind === Kind.OBJECT_TYPE_DEFINITION);
  const types = objects.filter((type) => !NOT_READ.includes(type.name.value));
  const owner = owners(types);
  const marks = types.flatMap((type) =>
    type.fields
      .filter((field) => field.type.kind === Kind.NON_NULL_TYPE && leadsAway(type, field, owner))
      .map((field) => field.type.loc.end - 1),
  );
  // The mark that says "never null" goes, from the last to the first; the other text stays as it is.
  return marks.sort((a, b) => b - a).reduce((text, at) => text.slice(0, at) + text.slice(at + 1), sdl);
}
