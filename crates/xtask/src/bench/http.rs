//! Just enough HTTP/1.1 to measure with: one connection, one request at a time, answers read to their last byte.

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

const PATIENCE: Duration = Duration::from_secs(30);

/// A connection that is kept open, and the answer that came last.
pub struct Connection {
    stream: BufReader<TcpStream>,
    head: Vec<u8>,
    body: Vec<u8>,
    framing: Framing,
}

/// What the head says about the end of the body, and of the connection.
#[derive(Default)]
struct Framing {
    length: Option<u64>,
    is_chunked: bool,
    is_last: bool,
}

impl Connection {
    pub fn open(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let stream = BufReader::with_capacity(64 * 1024, stream);
        Ok(Self { stream, head: Vec::new(), body: Vec::new(), framing: Framing::default() })
    }

    /// Sends a whole request and reads the whole answer; returns its status.
    pub fn exchange(&mut self, request: &[u8]) -> io::Result<u16> {
        self.stream.get_mut().write_all(request)?;
        self.read_head()?;
        let status = self.head.get(9..12).and_then(|code| std::str::from_utf8(code).ok()?.parse().ok());
        let status = status.ok_or_else(|| broken("the answer has no status"))?;
        self.read_body(status)?;
        Ok(status)
    }

    pub fn body(&self) -> &[u8] {
        &self.body
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.split(|byte| *byte == b'\n').find_map(|line| value_of(line, name))
    }

    /// Whether the server ends the connection after this answer.
    pub fn is_last(&self) -> bool {
        self.framing.is_last
    }

    /// Looks at each line once, as it comes: this program is built without optimisation, and a second look would
    /// cost the server being measured a good part of a core.
    fn read_head(&mut self) -> io::Result<()> {
        self.head.clear();
        self.framing = Framing::default();
        loop {
            let start = self.head.len();
            if self.stream.read_until(b'\n', &mut self.head)? == 0 {
                return Err(broken("the connection ended before the answer"));
            }
            match &self.head[start..] {
                b"\r\n" => return Ok(()),
                line => self.framing.note(line)?,
            }
        }
    }

    fn read_body(&mut self, status: u16) -> io::Result<()> {
        self.body.clear();
        match self.framing {
            _ if status == 204 || status == 304 => Ok(()),
            Framing { is_chunked: true, .. } => self.read_chunks(),
            Framing { length: Some(length), .. } => self.read_bytes(length),
            Framing { length: None, .. } => self.stream.read_to_end(&mut self.body).map(drop),
        }
    }

    fn read_chunks(&mut self) -> io::Result<()> {
        loop {
            let line = self.read_line()?;
            let size = line.split(';').next().unwrap_or_default().trim();
            let size = u64::from_str_radix(size, 16).map_err(|_| broken("a chunk has no size"))?;
            self.read_bytes(size)?;
            if size == 0 {
                break;
            }
            self.read_line()?;
        }
        // Trailers, up to the empty line.
        while !self.read_line()?.trim().is_empty() {}
        Ok(())
    }

    fn read_bytes(&mut self, count: u64) -> io::Result<()> {
        let read = (&mut self.stream).take(count).read_to_end(&mut self.body)?;
        if u64::try_from(read) == Ok(count) { Ok(()) } else { Err(broken("the answer broke off")) }
    }

    fn read_line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        match self.stream.read_line(&mut line)? {
            0 => Err(broken("the answer broke off")),
            _ => Ok(line),
        }
    }
}

impl Framing {
    fn note(&mut self, line: &[u8]) -> io::Result<()> {
        if let Some(length) = value_of(line, "content-length") {
            self.length = Some(length.parse().map_err(|_| broken("the content-length is no number"))?);
        }
        self.is_chunked |= value_of(line, "transfer-encoding").is_some_and(|value| value == "chunked");
        self.is_last |= value_of(line, "connection").is_some_and(|value| value.eq_ignore_ascii_case("close"));
        Ok(())
    }
}

fn value_of<'a>(line: &'a [u8], name: &str) -> Option<&'a str> {
    let (found, rest) = line.split_at_checked(name.len())?;
    let value = rest.strip_prefix(b":").filter(|_| found.eq_ignore_ascii_case(name.as_bytes()))?;
    std::str::from_utf8(value).ok().map(str::trim)
}

fn broken(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

/// Someone who is signed in, and makes requests.
#[derive(Clone)]
pub struct Client {
    pub address: SocketAddr,
    cookie: String,
}

impl Client {
    pub fn sign_in(address: SocketAddr, login: &str, password: &str) -> Result<Self> {
        let mut client = Self { address, cookie: String::new() };
        let credentials = json!({"login": login, "password": password}).to_string();
        let mut connection = Connection::open(address)?;
        let status = connection.exchange(&client.with_json("POST", "/api/login", &credentials))?;
        if status != 200 {
            bail!("signing in as {login} was answered {status}: {}", String::from_utf8_lossy(connection.body()));
        }
        let cookie = connection.header("set-cookie").context("signing in brought no cookie")?;
        client.cookie = cookie.split(';').next().unwrap_or_default().to_owned();
        Ok(client)
    }

    pub fn get(&self, path: &str) -> Vec<u8> {
        self.request("GET", path, "", "")
    }

    /// Without `Accept-Encoding` no answer is compressed.
    pub fn get_compressed(&self, path: &str) -> Vec<u8> {
        self.request("GET", path, "Accept-Encoding: br\r\n", "")
    }

    pub fn with_json(&self, method: &str, path: &str, body: &str) -> Vec<u8> {
        let head = format!("Content-Type: application/json\r\nContent-Length: {}\r\n", body.len());
        self.request(method, path, &head, body)
    }

    /// A file as the only field of a form.
    pub fn with_file(&self, path: &str, name: &str, file: &[u8]) -> Vec<u8> {
        let before = format!("--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n");
        let after = "\r\n--edge--\r\n";
        let length = before.len() + file.len() + after.len();
        let head = format!("Content-Type: multipart/form-data; boundary=edge\r\nContent-Length: {length}\r\n");
        let mut request = self.request("POST", path, &head, &before);
        request.extend_from_slice(file);
        request.extend_from_slice(after.as_bytes());
        request
    }

    /// The same, signed out.
    pub fn anonymous(&self) -> Self {
        Self { address: self.address, cookie: String::new() }
    }

    /// Asks one question whose answer is JSON.
    pub fn ask(&self, connection: &mut Connection, path: &str) -> Result<Value> {
        let status = connection.exchange(&self.get(path))?;
        if status != 200 {
            bail!("GET {path} was answered {status}: {}", String::from_utf8_lossy(connection.body()));
        }
        Ok(serde_json::from_slice(connection.body())?)
    }

    fn request(&self, method: &str, path: &str, more: &str, body: &str) -> Vec<u8> {
        let Self { address, cookie } = self;
        let cookie = if cookie.is_empty() { String::new() } else { format!("Cookie: {cookie}\r\n") };
        format!("{method} {path} HTTP/1.1\r\nHost: {address}\r\n{cookie}{more}\r\n{body}").into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use std::{net::TcpListener, thread};

    use super::*;

    /// Gives these answers, one per request, and says what the client made of them.
    fn exchange(answers: &'static [&'static str]) -> Vec<(u16, String)> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let server = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            for answer in answers {
                stream.read_exact(&mut [0; 4]).unwrap();
                stream.write_all(answer.as_bytes()).unwrap();
            }
        });
        let mut connection = Connection::open(address).unwrap();
        let read = answers.iter().map(|_| {
            let status = connection.exchange(b"ask\n").unwrap();
            (status, String::from_utf8_lossy(connection.body()).into_owned())
        });
        let read = read.collect();
        server.join().unwrap();
        read
    }

    #[test]
    fn bodies_end_where_their_framing_says() {
        let answers = exchange(&[
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\n\r\n",
            "HTTP/1.1 204 No Content\r\n\r\n",
            "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n",
            "HTTP/1.1 200 OK\r\n\r\nto the end",
        ]);
        let read: Vec<(u16, &str)> = answers.iter().map(|(status, body)| (*status, body.as_str())).collect();
        assert_eq!(read, [(200, "hello"), (200, "abc0123456789"), (204, ""), (503, ""), (200, "to the end")]);
    }
}
