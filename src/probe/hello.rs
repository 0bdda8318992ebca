//! Greetings written by hand, where a modern handshake cannot be made or says too little. The bytes
//! are written and read in `launchcheck_checks::tls::hello`; here they travel.

use super::{
    Ask,
    connect::{Dialer, failure},
    layers::Bound,
};
use launchcheck_checks::{
    tls::hello::{Heard, Listener, client_hello},
    vocab::Observed,
    wire::{DnsQuestion, HelloQuestion, HostFailure},
};
use ring::rand::{SecureRandom, SystemRandom};
use std::{io, sync::Arc};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// Sends greetings.
pub struct Greetings<D> {
    /// Makes the connections.
    pub dialer: Arc<Dialer<D>>,
    /// The time that one may take.
    pub time: Bound,
}

impl<D: Ask<DnsQuestion>> Ask<HelloQuestion> for Greetings<D> {
    async fn ask(&self, q: &HelloQuestion) -> Observed<Result<Heard, HostFailure>> {
        let route = match self.dialer.route(q.host.as_str(), q.port, true).await.into_inner() {
            Ok(Ok(r)) => r,
            Ok(Err(f)) => return Observed::known(Err(f)),
            Err(m) => return m.into(),
        };
        // A greeting needs no secret, and no luck either.
        let mut random = [0; 32];
        let _ = SystemRandom::new().fill(&mut random);
        let greeting = client_hello(q.offer, q.host.as_str(), random);
        self.time
            .run(async {
                let mut last = Observed::known(Err(HostFailure::NoAddress));
                for address in route.sorted() {
                    let mut stream = match route.connect_at(address).await.into_inner() {
                        Ok(Ok(stream)) => stream,
                        Ok(Err(f)) => {
                            last = Observed::known(Err(f));
                            continue;
                        }
                        Err(m) => {
                            last = m.into();
                            continue;
                        }
                    };
                    return match exchange(&mut stream, &greeting).await {
                        Ok(heard) => Observed::known(Ok(heard)),
                        Err(e) => match failure(&e) {
                            Ok(host) => Observed::known(Err(host)),
                            Err(cause) => Observed::unknown(cause),
                        },
                    };
                }
                last
            })
            .await
    }
}

/// Says it and listens until all is said. A connection that ends without a word is a reset.
async fn exchange(stream: &mut TcpStream, greeting: &[u8]) -> io::Result<Heard> {
    stream.write_all(greeting).await?;
    let (mut listener, mut buffer) = (Listener::default(), vec![0; 16 * 1024]);
    loop {
        match stream.read(&mut buffer).await {
            Ok(0) => break,
            Ok(n) if listener.take(&buffer[..n]) => break,
            Ok(_) => {}
            // What was said before the connection was cut still counts.
            Err(e) => {
                let heard = listener.end();
                return if heard == Heard::default() { Err(e) } else { Ok(heard) };
            }
        }
    }
    match listener.end() {
        heard if heard == Heard::default() => Err(io::ErrorKind::UnexpectedEof.into()),
        heard => Ok(heard),
    }
}
