//! A small service as the host runs it: over HTTP, over a WebSocket, in its data directory.

mod data;
mod http;
mod service;
mod stop;
mod websocket;
