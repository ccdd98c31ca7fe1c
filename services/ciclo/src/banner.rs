//! What the suite prints when it is ready.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;

/// Prints where to look, how to get a token, and a first query to paste.
pub fn print(
    gateway: &SocketAddr,
    services: &BTreeMap<String, String>,
    data: &Path,
    embedded: bool,
    empty: bool,
) {
    println!("Ciclo is ready.");
    println!();
    println!("  GraphQL and explorer  http://{gateway}/graphql");
    if let Some(operations) = services.get("operations") {
        println!("  Alertmanager intake   {operations}/intake/alertmanager");
    }
    println!("  Data                  {}", data.display());
    println!();
    if embedded {
        println!("A token, for the explorer's field of that name and for requests:");
        println!("  ciclo token --role admin --tenant demo --data {}", data.display());
    } else {
        println!("Tokens come from your OpenID provider.");
    }
    println!();
    println!("A first query:");
    println!(
        "  curl -s http://{gateway}/graphql -H \"authorization: Bearer $TOKEN\" -H 'content-type: application/json' \\"
    );
    println!("    -d '{{\"query\":\"{{ services {{ totalCount nodes {{ id name state }} }} }}\"}}'");
    println!();
    if empty {
        println!("The suite is empty. Stop it and start it with --seed for a believable organisation,");
        println!("or run `ciclo demo` to see the lifecycle go once round.");
        println!();
    }
    println!("Ctrl-C drains and stops.");
}
