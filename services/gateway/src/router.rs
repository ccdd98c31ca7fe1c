//! The gateway's configuration in the router's terms.

use crate::config::GatewayConfig;
use crate::error::GatewayError;
use crate::mask::FAULT;
use crate::{GRAPHQL_PATH, plugin};
use ciclo_kernel::CHANGES_MOST;
use hive_router::config::HiveRouterConfig;
use hive_router::executor::hooks::on_supergraph_load::{Supergraph, SupergraphOptions};
use serde_json::{Map, Value, json};
use std::time::Duration;

/// Headers of a request that the subgraphs get to see.
const FORWARDED: [&str; 3] = ["authorization", "traceparent", "tracestate"];

/// The router's configuration. It is read from a value, not from files or the
/// environment: nothing outside `GatewayConfig` can switch anything on.
pub fn config(config: &GatewayConfig) -> Result<HiveRouterConfig, GatewayError> {
    let limits = config.limits;
    let mut urls = Map::new();
    let mut sockets = Map::new();
    for (name, base) in &config.subgraphs {
        let url = format!("{}{GRAPHQL_PATH}", base.trim_end_matches('/'));
        let path =
            url_path(&url).ok_or_else(|| GatewayError::Config(format!("`{base}` is not a base URL")))?;
        urls.insert(name.clone(), json!({ "url": url }));
        sockets.insert(name.clone(), json!({ "path": format!("{path}/ws") }));
    }
    let settings = json!({
        "http": {
            "graphql_endpoint": GRAPHQL_PATH,
            "workers": config.workers.max(1),
            // The gateway drains by itself; this is for the connections that are left, which are idle.
            "shutdown_timeout": "1s",
        },
        // The plugin holds the supergraph and selects it for each request.
        "supergraph": { "source": "plugin" },
        // The router's own page loads its script from a public CDN; ours is the plugin's.
        "laboratory": { "enabled": false },
        "introspection": config.introspection,
        "limits": {
            "max_depth": { "n": limits.max_depth },
            "max_tokens": { "n": limits.max_tokens },
            "max_aliases": { "n": limits.max_aliases },
            "max_directives": { "n": limits.max_directives },
            "max_request_body_size": format!("{}B", limits.max_body_bytes),
        },
        "headers": { "all": { "request": [{ "propagate": { "named": FORWARDED } }] } },
        "override_subgraph_urls": { "subgraphs": urls },
        "traffic_shaping": {
            "all": {
                "request_timeout": millis(config.subgraph_timeout),
                // Requests carry their own trace: no two are the same.
                "dedupe_enabled": false,
                "websocket": { "reuse_connections": false },
            },
            "router": { "max_long_lived_clients": limits.max_streams },
        },
        "subscriptions": {
            "enabled": true,
            "websocket": { "subgraphs": sockets },
            // The router leaves events out when one of these is full.
            "broadcast_capacity": ROOM,
            "subgraph_buffer_capacity": ROOM,
        },
        "websocket": { "enabled": true, "headers": { "source": "connection" } },
        // The net under the plugin: what the plugin has judged carries no service name any more
        // and passes; what it could not see is masked here.
        "error_masking": {
            "enabled": true,
            "redacted_error_message": FAULT,
            "all": { "enabled": true, "extensions": { "mode": "allow", "keys": ["code", "traceId"] } },
        },
        "cors": {
            "enabled": !config.origins.is_empty(),
            "policies": [{ "origins": config.origins, "methods": ["GET", "POST", "OPTIONS"] }],
        },
        "plugins": { plugin::NAME: { "enabled": true } },
    });
    serde_json::from_value(settings).map_err(|why| GatewayError::Config(why.to_string()))
}

/// Room for all events of a subscription, its end included.
const ROOM: usize = CHANGES_MOST + 2;

/// The supergraph with the options that belong to it.
pub fn supergraph(sdl: &str, settings: &HiveRouterConfig) -> Result<Supergraph, GatewayError> {
    let mut options = SupergraphOptions::default();
    options.traffic_shaping = (&settings.traffic_shaping).into();
    options.override_subgraph_urls = settings.override_subgraph_urls.clone();
    options.headers = settings.headers.clone();
    options.subscriptions = (&settings.subscriptions).into();
    options.error_masking = settings.error_masking.clone();
    options.persisted_documents = settings.persisted_documents.clone();
    let supergraph = Supergraph::from_sdl("ciclo", sdl, options)
        .map_err(|why| GatewayError::Supergraph(why.to_string()))?;
    let known = &settings.override_subgraph_urls.subgraphs;
    let mut names = supergraph.planner.supergraph.subgraph_endpoint_map.keys();
    match names.find(|name| !known.contains_key(*name)) {
        Some(name) => Err(GatewayError::UnknownSubgraph(name.clone())),
        None => Ok(supergraph),
    }
}

fn url_path(url: &str) -> Option<String> {
    let uri: hive_router::http::Uri = url.parse().ok()?;
    uri.authority()?;
    matches!(uri.scheme_str(), Some("http" | "https")).then(|| uri.path().to_owned())
}

fn millis(duration: Duration) -> Value {
    Value::String(format!("{}ms", duration.as_millis()))
}
