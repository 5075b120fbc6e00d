//! The listening socket: connections in, requests handed on, and the endings that faults want.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio::task::spawn_blocking;

use super::http;
use super::world::{Ending, World};

/// Listens on a free port of this machine, until the runtime is dropped.
pub(super) fn listen(world: &Arc<World>) -> (Runtime, SocketAddr) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = listener.local_addr().unwrap();
    let world = Arc::clone(world);
    runtime.spawn(async move {
        let listener = TcpListener::from_std(listener).unwrap();
        while let Ok((socket, _)) = listener.accept().await {
            let world = Arc::clone(&world);
            // A client that goes away in the middle of something is none of the server's business.
            tokio::spawn(async move { drop(serve(world, socket).await) });
        }
    });
    (runtime, address)
}

async fn serve(world: Arc<World>, socket: TcpStream) -> io::Result<()> {
    let mut connection = BufReader::new(socket);
    while let Some(request) = http::read(&mut connection).await? {
        let method = request.method.clone();
        let own = Arc::clone(&world);
        match spawn_blocking(move || own.answer(&request)).await.map_err(io::Error::other)? {
            Ending::Reply(reply) => connection.get_mut().write_all(&reply.written(&method)).await?,
            Ending::Close => return connection.get_mut().shutdown().await,
            Ending::Silence => {
                let mut rest = [0; 1024];
                while connection.read(&mut rest).await? > 0 {}
                return Ok(());
            }
        }
    }
    Ok(())
}
