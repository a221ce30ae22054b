//! `siwaht user …`: people, for whoever holds the server's own command line.

use std::io::{BufRead, IsTerminal, Write};

use anyhow::{Result, bail};
use clap::Subcommand;
use domain::users::{Role, UserInput};
use service::Acting;

use super::say;

#[derive(Subcommand)]
pub enum User {
    /// Add a person; the password is read from standard input
    Add {
        /// Full name
        name: String,
        /// E-mail to sign in with
        email: String,
        /// admin, agent or engineer
        #[arg(long, default_value = "agent")]
        role: Role,
        /// A second name to sign in with
        #[arg(long)]
        username: Option<String>,
        #[arg(skip)]
        password: String,
    },
    /// List everyone
    List,
    /// Set a password, read from standard input, and sign the person out everywhere
    Password {
        /// E-mail or username
        login: String,
        #[arg(skip)]
        password: String,
    },
}

impl User {
    /// Asks for what is no argument.
    pub fn ask(&mut self) -> Result<()> {
        match self {
            User::Add { password, .. } | User::Password { password, .. } => *password = read_password()?,
            User::List => {}
        }
        Ok(())
    }

    pub async fn run(self, me: &Acting) -> Result<()> {
        match self {
            User::Add { name, email, role, username, password } => {
                let input = UserInput { name, email, username, role };
                let user = me.users().add(input, &password).await?;
                say(format_args!("Added {} <{}> as {}.", user.name, user.email, user.role.as_str()));
            }
            User::List => {
                for user in me.users().list().await? {
                    let state = if user.is_active { "" } else { "  (deactivated)" };
                    say(format_args!("{:<9} {:<28} {}{state}", user.role.as_str(), user.email, user.name));
                }
            }
            User::Password { login, password } => {
                let user = me.users().set_password(&login, &password).await?;
                say(format_args!("Set. {} is signed out everywhere.", user.name));
            }
        }
        Ok(())
    }
}

/// Never an argument: those stand in the shell's history and in the process list.
fn read_password() -> Result<String> {
    if std::io::stdin().is_terminal() {
        print!("Password (10 to 200 characters, shown as typed): ");
        std::io::stdout().flush()?;
    }
    let mut line = String::new();
    if std::io::stdin().lock().read_line(&mut line)? == 0 {
        bail!("no password on standard input");
    }
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
