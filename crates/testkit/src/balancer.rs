//! Puts connections through to one of several processes, as the service of a
//! cluster does: who does not answer is passed over.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

/// A balancer; it ends, with what it has put through, when it is dropped.
pub struct Balancer {
    address: SocketAddr,
    behind: Arc<Mutex<Vec<SocketAddr>>>,
    task: JoinHandle<()>,
}

impl Balancer {
    /// Listens on a free port of loopback.
    ///
    /// # Panics
    /// When it cannot listen.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("bound");
        let behind = Arc::new(Mutex::new(Vec::new()));
        Self { address, behind: behind.clone(), task: tokio::spawn(serve(listener, behind)) }
    }

    /// Where it listens.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// New connections may go to a process from now on.
    pub fn add(&self, process: SocketAddr) {
        self.behind.lock().unwrap_or_else(PoisonError::into_inner).push(process);
    }

    /// No new connection goes to a process any more; those that are there stay.
    pub fn remove(&self, process: SocketAddr) {
        self.behind.lock().unwrap_or_else(PoisonError::into_inner).retain(|one| *one != process);
    }
}

impl Drop for Balancer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(listener: TcpListener, behind: Arc<Mutex<Vec<SocketAddr>>>) {
    let turn = AtomicUsize::new(0);
    let mut put_through = JoinSet::new();
    while let Ok((mut client, _)) = listener.accept().await {
        let mut candidates = behind.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if !candidates.is_empty() {
            let first = turn.fetch_add(1, Ordering::Relaxed) % candidates.len();
            candidates.rotate_left(first);
        }
        put_through.spawn(async move {
            for process in candidates {
                if let Ok(mut server) = TcpStream::connect(process).await {
                    // How a connection ends is for its two sides to judge.
                    let _ = copy_bidirectional(&mut client, &mut server).await;
                    return;
                }
            }
        });
    }
}
