//! `siwaht serve` and `siwaht demo`.

use std::{io::Write, os::unix::fs::OpenOptionsExt, path::Path};

use anyhow::{Context, Result, bail};
use clap::Args;
use service::{Crm, Setup};
use tokio::net::TcpListener;

use super::say;
use crate::{
    config::Config,
    listen,
    startup::{self, Server, Store},
    stop::Stop,
};

#[derive(Args)]
pub struct Serve {
    /// Fill an empty database with a made-up AI agency first; loopback only unless SIWAHT_DEMO_PUBLIC=true
    #[arg(long)]
    demo: bool,
    #[command(flatten)]
    data: DemoData,
}

#[derive(Args)]
pub struct DemoData {
    /// How many leads the made-up agency has
    #[arg(long, default_value_t = 5_000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    leads: u32,
    /// Everyone's password there (SIWAHT_DEMO_PASSWORD, siwaht-demo unless set)
    #[arg(long)]
    password: Option<String>,
}

impl DemoData {
    /// `siwaht demo`. Not beside a server: that may be open to all, and everybody knows these passwords.
    pub async fn run(&self, config: &Config) -> Result<()> {
        check_is_private(config)?;
        let store = Store::open(config).await?;
        self.fill(config, &store.bare()?).await?;
        store.close().await
    }

    /// Fills the database, unless it holds this data already, and says who can sign in.
    pub async fn fill(&self, config: &Config, crm: &Crm) -> Result<()> {
        let password = self.password.as_ref().unwrap_or(&config.demo_password);
        let demo = crm.fill_with_demo(self.leads, password).await?;
        if demo.was_there {
            let leads = demo.leads;
            say(format_args!(
                "Demo data of an earlier start, {leads} leads, with the password that it was given then:"
            ));
        } else {
            say(format_args!("Demo data. Sign in with password {password}:"));
        }
        for account in &demo.accounts {
            say(format_args!("  {:<9} {:<22} {}", account.role.as_str(), account.email, account.name));
        }
        Ok(())
    }
}

/// All that answering takes.
struct Ready {
    server: Server,
    secret: String,
    listener: TcpListener,
    store: Store,
}

impl Serve {
    pub async fn run(self, config: Config, stop: &mut Stop) -> Result<()> {
        let Ready { server, secret, listener, store } = stop.or(self.prepare(config)).await?;
        tokio::select! {
            () = startup::serve(server, &secret, listener, stop) => {}
            never = store.keep_up() => match never {},
        }
        store.close().await
    }

    async fn prepare(self, config: Config) -> Result<Ready> {
        if self.demo {
            check_is_private(&config)?;
        }
        // First the address: a busy port should not cost a start of the database.
        let listener = listen::bind(config.addr).await?;
        let addr = listener.local_addr()?;
        let store = Store::open(&config).await?;
        let secret = secret(&config)?;
        let crm = store.crm(&config)?;
        // Whenever it was filled, and by whichever command.
        if crm.installation().await?.is_demo
            && let Err(error) = check_is_private(&config)
        {
            crm.close().await;
            store.close().await?;
            return Err(error);
        }
        let server = Server::new(config, crm);
        if self.demo {
            self.data.fill(&server.config, &server.crm).await?;
        } else if let Setup::Link(token) = server.crm.prepare_setup().await? {
            let base = server.config.public_url.clone().unwrap_or_else(|| format!("http://{addr}"));
            say(format_args!(
                "First start. Make the first admin here, within 24 hours and once:\n  {base}/set-up?token={token}"
            ));
        }
        say(format_args!("Siwaht CRM is at http://{addr}"));
        Ok(Ready { server, secret, listener, store })
    }
}

/// Everybody knows the passwords of a demo.
fn check_is_private(config: &Config) -> Result<()> {
    if config.may_serve_demo() {
        return Ok(());
    }
    bail!(
        "SIWAHT_ADDR: demo accounts have known passwords, so demo data is served on loopback only; \
           SIWAHT_DEMO_PUBLIC=true overrides this"
    )
}

/// The secret that signs cookies: `SESSION_SECRET`, or one kept in the data folder so that a restart signs nobody out.
fn secret(config: &Config) -> Result<String> {
    if let Some(secret) = &config.session_secret {
        return Ok(secret.clone());
    }
    let path = config.data.join("session-secret");
    match std::fs::read_to_string(&path) {
        Ok(secret) if secret.len() >= 64 => Ok(secret),
        _ => make_secret(&path).with_context(|| format!("cannot keep a session secret in {}", path.display())),
    }
}

fn make_secret(path: &Path) -> Result<String> {
    let mut bytes = [0u8; 32];
    getrandom::fill(&mut bytes).map_err(|e| anyhow::anyhow!("no random bytes: {e}"))?;
    let secret: String = bytes.iter().map(|b| format!("{b:02x}")).collect();
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut file = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.write_all(secret.as_bytes())?;
    Ok(secret)
}
