//! A network between two ends that can be cut: nothing gets through then, and
//! neither end is told, as when a switch fails. Mended, it goes on where it was.

use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

/// Octets that are carried at once.
const PIECE: usize = 64 * 1024;

/// A wire; it ends, with what it carries, when it is dropped.
pub struct Wire {
    address: SocketAddr,
    whole: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Wire {
    /// A wire to an end, from a free port of loopback.
    ///
    /// # Panics
    /// When it cannot listen.
    pub async fn to(end: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("bound");
        let (whole, is_whole) = watch::channel(true);
        Self { address, whole, task: tokio::spawn(serve(listener, end, is_whole)) }
    }

    /// Where it begins.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Nothing gets through from now on.
    pub fn cut(&self) {
        self.whole.send_replace(false);
    }

    /// What waits gets through, and all that follows.
    pub fn mend(&self) {
        self.whole.send_replace(true);
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(listener: TcpListener, end: SocketAddr, is_whole: watch::Receiver<bool>) {
    let mut carried = JoinSet::new();
    while let Ok((near, _)) = listener.accept().await {
        let mut is_whole = is_whole.clone();
        carried.spawn(async move {
            let (Ok(_), Ok(far)) =
                (is_whole.wait_for(|whole| *whole).await.map(drop), TcpStream::connect(end).await)
            else {
                return;
            };
            let ((from_near, to_near), (from_far, to_far)) = (near.into_split(), far.into_split());
            tokio::join!(carry(from_near, to_far, is_whole.clone()), carry(from_far, to_near, is_whole));
        });
    }
}

/// Carries one direction until its sender ends, or its receiver does not take any more.
async fn carry(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut is_whole: watch::Receiver<bool>) {
    let mut piece = vec![0; PIECE];
    while let Ok(length @ 1..) = from.read(&mut piece).await {
        if is_whole.wait_for(|whole| *whole).await.is_err() || to.write_all(&piece[..length]).await.is_err() {
            return;
        }
    }
    // The end itself is said on the wire too. The other side may have gone before.
    if is_whole.wait_for(|whole| *whole).await.is_ok() {
        let _ = to.shutdown().await;
    }
}
